/// Background training jobs: what they are to do, and the states that they go through.
@NullMarked
package dev.microgpt.session.run;

import org.jspecify.annotations.NullMarked;
