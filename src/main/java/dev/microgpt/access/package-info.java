/// Access control with Spring Security: API keys, tickets, hosts, origins and trusted proxies.
@NullMarked
package dev.microgpt.access;

import org.jspecify.annotations.NullMarked;
