/// Scalar automatic differentiation, and the functions that the reference model is built from.
///
/// [Value] is a number that records how it was computed, [Functions] computes linear layers, softmax and
/// RMSNorm on values, and [Graph] lets callers walk the graph behind a value in both directions.
@NullMarked
package dev.microgpt.engine.scalar;

import org.jspecify.annotations.NullMarked;
