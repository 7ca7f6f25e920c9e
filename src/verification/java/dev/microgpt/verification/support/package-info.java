/// What several verification programs share: the service in a process of its own, clients, arguments and
/// statistics.
@NullMarked
package dev.microgpt.verification.support;

import org.jspecify.annotations.NullMarked;
