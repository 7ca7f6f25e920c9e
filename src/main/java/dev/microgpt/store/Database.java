package dev.microgpt.store;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.PartitionStore;

import org.jspecify.annotations.Nullable;

import java.util.OptionalLong;

import javax.sql.DataSource;

/// An open database with the tables of the current version, and what SQLite and PostgreSQL do differently.
interface Database extends AutoCloseable {

    /// Returns a pool of connections.
    DataSource source();

    /// Returns how writes are committed.
    Transactions transactions();

    /// Returns what this database's errors mean.
    WriteErrors errors();

    /// Returns the disk space that deletes may use when the disk is full.
    SpaceReserve reserve();

    /// Returns who owns which sessions; null if they are all this process's.
    @Nullable PartitionStore partitions();

    /// Returns the ownership under which this process would write a session now.
    Holding holding(SessionId id);

    /// Returns the number of the next epoch, larger than all that were used in its session before.
    long nextEpoch();

    /// Returns whether the store can be read, and belongs to this process.
    boolean isUsable();

    /// Returns the size of the database in bytes; NaN if it is not known.
    double bytes();

    /// Returns the size in bytes at which the database is full, if the service limits it.
    OptionalLong maxBytes();

    /// Returns a short description for messages, without a password.
    String description();

    @Override
    void close();
}
