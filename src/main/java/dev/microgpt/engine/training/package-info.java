/// What a training step does besides computing a gradient: the rules of the optimisers, clipping, dropout and label
/// smoothing, as plain numbers that both engines follow.
@NullMarked
package dev.microgpt.engine.training;

import org.jspecify.annotations.NullMarked;
