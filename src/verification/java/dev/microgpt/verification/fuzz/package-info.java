/// Fuzzing: the service must handle any bytes in an orderly way. Jazzer generates them, guided by the code
/// that they reach.
@NullMarked
package dev.microgpt.verification.fuzz;

import org.jspecify.annotations.NullMarked;
