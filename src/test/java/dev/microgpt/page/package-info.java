/// Tests of the dashboard, most of them in a real browser.
@NullMarked
package dev.microgpt.page;

import org.jspecify.annotations.NullMarked;
