/// Shares: links that show one session, live, to people without an API key, until a day or until they are withdrawn.
///
/// A share belongs to one epoch of its session: it ends when the session is deleted or replaced, and forks have none.
@NullMarked
package dev.microgpt.share;

import org.jspecify.annotations.NullMarked;
