/// Programs that verify the service as a whole: load, soak, crash recovery, cold starts, fuzzing, the cost of
/// the store, and the speed of the pages. Each has a package of its own; [Verification] runs one
/// by name. They are test sources, so that tests can run short versions of them.
@NullMarked
package dev.microgpt.verification;

import org.jspecify.annotations.NullMarked;
