/** A training service for tiny GPTs. */
@NullMarked
package dev.microgpt;

import org.jspecify.annotations.NullMarked;
