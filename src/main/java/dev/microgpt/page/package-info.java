/// The dashboard: its pages, the scripts and styles they load, and what a browser may do with them.
///
/// The pages are static. All they show comes from the public REST and WebSocket interface, so this
/// package knows no session and depends on nothing but Spring.
@NullMarked
package dev.microgpt.page;

import org.jspecify.annotations.NullMarked;
