/// Keeps sessions in a database: SQLite, in a file under `microgpt.data-dir`.
///
/// One thread writes, in the order of the calls, as many at a time as have come meanwhile. What it wrote
/// survives the end of the process, and with `microgpt.store.sync=power` that of the machine.
@NullMarked
package dev.microgpt.store;

import org.jspecify.annotations.NullMarked;
