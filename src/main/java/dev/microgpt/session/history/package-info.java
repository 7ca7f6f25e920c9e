/// What a session remembers of its past: events, phases of training, samples and keyframes; and how an
/// earlier step is reached again.
@NullMarked
package dev.microgpt.session.history;

import org.jspecify.annotations.NullMarked;
