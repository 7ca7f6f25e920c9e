/// What a model is built of besides its sizes, which both engines follow: normalisation, activation, positions, and the
/// parameters that a model may have or lack.
@NullMarked
package dev.microgpt.engine.architecture;

import org.jspecify.annotations.NullMarked;
