/// The history of a session: events, training schedule, text samples and keyframes; and the replay that
/// computes the model as of an earlier step.
@NullMarked
package dev.microgpt.session.history;

import org.jspecify.annotations.NullMarked;
