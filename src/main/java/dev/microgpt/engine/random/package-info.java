/// Seeded random generators that reproduce those of microgptjs and of Python bit for bit.
///
/// [RandomSource] is the interface, [SeededRandom] the generator of microgptjs (Mulberry32), and
/// [PythonRandom] that of Python's `random` module (MT19937).
@NullMarked
package dev.microgpt.engine.random;

import org.jspecify.annotations.NullMarked;
