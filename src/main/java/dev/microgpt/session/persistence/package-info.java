/// The interface to the store of sessions and responses, and the records that pass through it.
@NullMarked
package dev.microgpt.session.persistence;

import org.jspecify.annotations.NullMarked;
