/// What the tests of the service share: clients for HTTP and WebSocket, and the golden figures.
@NullMarked
package dev.microgpt.support;

import org.jspecify.annotations.NullMarked;
