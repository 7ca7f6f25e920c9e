/// What can be asked of a session's models, now or as of an earlier step: samples, scores, histograms.
@NullMarked
package dev.microgpt.session.query;

import org.jspecify.annotations.NullMarked;
