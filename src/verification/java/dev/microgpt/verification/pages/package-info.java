/// Measures the pages of the dashboard in a real browser: the Live page while a session trains, and the lab.
@NullMarked
package dev.microgpt.verification.pages;

import org.jspecify.annotations.NullMarked;
