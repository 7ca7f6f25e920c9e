/// Shared test support: clients for HTTP and WebSocket, services to test, and the golden results.
@NullMarked
package dev.microgpt.support;

import org.jspecify.annotations.NullMarked;
