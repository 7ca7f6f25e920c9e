/// What Tomcat takes from clients, and how long it waits for them.
@NullMarked
package dev.microgpt.server;

import org.jspecify.annotations.NullMarked;
