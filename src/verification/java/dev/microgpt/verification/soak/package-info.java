/// The soak test: clients use every feature of the service for a long time, and its memory, threads and open
/// files are measured meanwhile.
@NullMarked
package dev.microgpt.verification.soak;

import org.jspecify.annotations.NullMarked;
