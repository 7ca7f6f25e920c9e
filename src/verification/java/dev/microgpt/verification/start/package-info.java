/// Measures how long the packaged service takes to start.
@NullMarked
package dev.microgpt.verification.start;

import org.jspecify.annotations.NullMarked;
