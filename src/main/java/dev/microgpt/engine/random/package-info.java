/// Seeded random generators that repeat those of microgptjs and of Python bit for bit.
@NullMarked
package dev.microgpt.engine.random;

import org.jspecify.annotations.NullMarked;
