/// The dashboard: its pages, the scripts and styles that they load, and their security policies.
///
/// The pages are static. Everything they show comes from the public REST and WebSocket interfaces, so this
/// package depends on Spring, but not on sessions.
@NullMarked
package dev.microgpt.page;

import org.jspecify.annotations.NullMarked;
