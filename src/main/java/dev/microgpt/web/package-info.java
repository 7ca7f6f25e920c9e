/// The REST interface: controllers, filters, and the OpenAPI document.
///
/// Each controller implements an `...Api` interface, which declares its paths and their documentation.
/// Controllers only translate: [dev.microgpt.session.SessionService] decides. Their requests, replies and
/// problems are in [dev.microgpt.wire], which they share with the live stream.
@NullMarked
package dev.microgpt.web;

import org.jspecify.annotations.NullMarked;
