/// Fuzzing: whatever bytes come, the service answers for them. Jazzer makes the bytes, guided by what they
/// reach in the code.
@NullMarked
package dev.microgpt.fuzz;

import org.jspecify.annotations.NullMarked;
