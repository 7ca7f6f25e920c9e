/// Programs that open the pages of the dashboard in a real browser: they measure the Live page and the lab,
/// and take the picture of the README.
@NullMarked
package dev.microgpt.verification.pages;

import org.jspecify.annotations.NullMarked;
