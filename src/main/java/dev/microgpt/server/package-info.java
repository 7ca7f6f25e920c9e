/// Limits on what Tomcat accepts from clients and how long it waits for them, and information about the
/// server for `/actuator/info`.
@NullMarked
package dev.microgpt.server;

import org.jspecify.annotations.NullMarked;
