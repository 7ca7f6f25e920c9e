/// Read-only queries of a session's models, current or as of an earlier step: samples, scores, histograms.
@NullMarked
package dev.microgpt.session.query;

import org.jspecify.annotations.NullMarked;
