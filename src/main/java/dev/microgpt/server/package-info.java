/// What Tomcat takes from clients, and how long it waits for them; and what the server tells of the
/// machine.
@NullMarked
package dev.microgpt.server;

import org.jspecify.annotations.NullMarked;
