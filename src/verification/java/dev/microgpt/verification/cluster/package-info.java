/// The cluster test: three nodes and a database, each in a process of its own. While clients make calls and watch,
/// nodes are killed and drained, the database is restarted and the network is cut. Afterwards all sessions and all
/// streams are compared with what they would be without faults.
@NullMarked
package dev.microgpt.verification.cluster;

import org.jspecify.annotations.NullMarked;
