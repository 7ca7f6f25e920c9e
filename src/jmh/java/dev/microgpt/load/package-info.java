/// The load test: the real service in a process of its own, with many sessions that train, many
/// watchers of one of them, and calls in between. And the same for the Live page in a browser.
@NullMarked
package dev.microgpt.load;

import org.jspecify.annotations.NullMarked;
