/// Tests of what those see who run the service.
@NullMarked
package dev.microgpt.operations;

import org.jspecify.annotations.NullMarked;
