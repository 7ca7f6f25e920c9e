package dev.microgpt.session.query;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What each head of a model attends to, measured over documents. Positions 0 and 1 are not measured, as there
/// the position before, position 0 and the position itself are not three different ones.
///
/// @param documents number of documents
/// @param positions number of measured positions in them
/// @param repeats those of them whose character occurs earlier in the document
/// @param even the measurement of a head that attends to all positions equally; null if there are no
///     positions to measure
/// @param heads the measurements of the heads, layer by layer; empty if there are no positions to measure
public record HeadMeasurements(
        int documents, int positions, int repeats, @Nullable Attention even, List<Head> heads) {

    /// The measurement of a head.
    ///
    /// @param layer counted from 0
    /// @param head counted from 0 in its layer
    public record Head(int layer, int head, Attention attention) {}
}
