/// Runs the cluster of `src/operations/compose.yaml` as processes of this machine, and measures what clusters need.
@NullMarked
package dev.microgpt.verification.deploy;

import org.jspecify.annotations.NullMarked;
