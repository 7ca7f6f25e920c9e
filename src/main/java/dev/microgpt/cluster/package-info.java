/// Several processes, the nodes of a cluster, that share a PostgreSQL database. Off by default.
///
/// Sessions are divided into partitions, and each partition belongs to at most one node: the one with the newest
/// token in the database, which is checked in every transaction. Everything else here only finds out who that is.
@NullMarked
package dev.microgpt.cluster;

import org.jspecify.annotations.NullMarked;
