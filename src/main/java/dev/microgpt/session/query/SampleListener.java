package dev.microgpt.session.query;

import dev.microgpt.engine.Sample;

import java.io.IOException;

/// Receives a text while it is generated. An exception that it throws ends the generation.
public interface SampleListener {

    /// Called for each character as soon as it is generated.
    ///
    /// @param tokenId the token of the character
    /// @param symbol the character
    /// @param prob its probability
    void generated(int tokenId, String symbol, double prob) throws IOException;

    /// Called when the text is complete.
    ///
    /// @param step number of steps trained by the model
    void ended(long step, Sample sample) throws IOException;
}
