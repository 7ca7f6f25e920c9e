/// Measures how fast byte-pair tokens are found in large texts.
@NullMarked
package dev.microgpt.verification.tokens;

import org.jspecify.annotations.NullMarked;
