/// Who may call: keys, tickets, hosts and origins, by Spring Security's own filters.
@NullMarked
package dev.microgpt.access;

import org.jspecify.annotations.NullMarked;
