package dev.microgpt.session.query;

import dev.microgpt.engine.Sample;

import java.io.IOException;

/// Is told a text while it is generated. What it throws ends the generating.
public interface SampleListener {

    /// @param tokenId of the next character
    /// @param symbol the character
    /// @param prob its probability
    void generated(int tokenId, String symbol, double prob) throws IOException;

    /// The text is complete.
    ///
    /// @param step steps trained by the model that wrote it
    void ended(long step, Sample sample) throws IOException;
}
