/// The REST interface: controllers, what they take and give as JSON, and how errors look.
///
/// Controllers translate; [dev.microgpt.session.SessionService] decides. What they take and give is in
/// [dev.microgpt.wire], which they share with the live stream.
@NullMarked
package dev.microgpt.web;

import org.jspecify.annotations.NullMarked;
