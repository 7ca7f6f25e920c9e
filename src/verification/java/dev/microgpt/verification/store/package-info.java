/// Measures the cost of persistence.
@NullMarked
package dev.microgpt.verification.store;

import org.jspecify.annotations.NullMarked;
