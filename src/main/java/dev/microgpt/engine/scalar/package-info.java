/// Scalar automatic differentiation and the three functions that the model is made of.
@NullMarked
package dev.microgpt.engine.scalar;

import org.jspecify.annotations.NullMarked;
