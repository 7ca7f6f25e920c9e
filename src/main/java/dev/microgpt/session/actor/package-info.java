/// The actor of a session: its mailbox, its state, and the path of a command from the mailbox through its
/// handler to the store, the published state and the reply.
@NullMarked
package dev.microgpt.session.actor;

import org.jspecify.annotations.NullMarked;
