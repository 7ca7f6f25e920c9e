/// The actor of a session: its mailbox, its state, and the way from a command to what is stored, published
/// and answered.
@NullMarked
package dev.microgpt.session.actor;

import org.jspecify.annotations.NullMarked;
