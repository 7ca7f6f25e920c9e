/// The crash test: the real service in a process of its own, which is killed again and again while
/// clients call it. What an answered call has changed must be there after the restart, to the bit.
@NullMarked
package dev.microgpt.crash;

import org.jspecify.annotations.NullMarked;
