/// The threads that compute, and whose turn it is.
@NullMarked
package dev.microgpt.session.compute;

import org.jspecify.annotations.NullMarked;
