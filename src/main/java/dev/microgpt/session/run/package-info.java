/// Runs: background training jobs, their requests and their state machine.
@NullMarked
package dev.microgpt.session.run;

import org.jspecify.annotations.NullMarked;
