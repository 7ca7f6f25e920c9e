/// The port behind which sessions are stored, and what goes through it.
@NullMarked
package dev.microgpt.session.persistence;

import org.jspecify.annotations.NullMarked;
