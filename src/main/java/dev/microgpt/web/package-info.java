/// The REST interface: controllers, what they take and give as JSON, and how errors look.
///
/// Controllers translate; [dev.microgpt.session.SessionService] decides. The requests, replies and
/// problems are shared with `live`.
@NullMarked
package dev.microgpt.web;

import org.jspecify.annotations.NullMarked;
