/// Tests of what operators of the service see.
@NullMarked
package dev.microgpt.operations;

import org.jspecify.annotations.NullMarked;
