/// The cold-start storm: the packaged service is started again and again, and each time gets its first
/// calls all at once, while other threads keep the processors busy. Plain JDK, as the test of the package
/// compiles it too.
@NullMarked
package dev.microgpt.coldstart;

import org.jspecify.annotations.NullMarked;
