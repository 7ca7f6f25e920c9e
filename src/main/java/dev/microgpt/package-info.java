/// A service that trains tiny GPTs.
@NullMarked
package dev.microgpt;

import org.jspecify.annotations.NullMarked;
