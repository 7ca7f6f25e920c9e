/// The load test: the real service in a process of its own, where many sessions train, many clients watch one
/// of them, and others are called meanwhile.
@NullMarked
package dev.microgpt.verification.load;

import org.jspecify.annotations.NullMarked;
