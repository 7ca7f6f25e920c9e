/// The cold-start test: starts the packaged service repeatedly, and each time sends its first calls all at
/// once while other threads keep the CPUs busy. Uses only the JDK, because `src/client` compiles this package
/// as well.
@NullMarked
package dev.microgpt.verification.coldstart;

import org.jspecify.annotations.NullMarked;
