/// The crash test: the real service in a process of its own, which is killed repeatedly while clients call
/// it. Changes whose call was answered must survive the restart, bit for bit.
@NullMarked
package dev.microgpt.verification.crash;

import org.jspecify.annotations.NullMarked;
