/// Persists sessions in a database: SQLite, in a file under `microgpt.data-dir`, or PostgreSQL, at
/// `microgpt.store.url`. What differs between the two is behind [dev.microgpt.store.Database]; the tables are the same.
///
/// A single thread writes changes in the order of the calls, and snapshots when there is time. It combines the
/// writes that arrive during one transaction into the next (group commit). A committed write survives the end of
/// the process, and with `microgpt.store.sync=power` a power failure as well.
@NullMarked
package dev.microgpt.store;

import org.jspecify.annotations.NullMarked;
