package dev.microgpt.session.persistence;

import dev.microgpt.session.admission.SessionId;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Divides the sessions of a store among the processes that share it.
///
/// Sessions are divided into partitions, and each partition belongs to at most one process. Claiming a partition
/// raises its token; a write of a session is only stored if the token is still the one that the process has
/// claimed. All methods may block, and fail with a runtime exception if the store is out of reach.
public interface PartitionStore {

    /// Number of partitions.
    int PARTITIONS = 271;

    /// The end of the name of one of many sessions that belong together, such as `-001`.
    Pattern NUMBER = Pattern.compile("-[0-9]{3,}$");

    /// Returns the partition of a session, 0 to 270. All processes must agree on it. Sessions whose names differ only in
    /// a number of three or more digits at the end are in the same partition.
    static int partitionOf(SessionId id) {
        String name = NUMBER.matcher(id.name()).replaceFirst("");
        return Math.floorMod((id.owner() + '/' + name).hashCode(), PARTITIONS);
    }

    /// A partition as it is stored.
    ///
    /// @param number 0 to 270
    /// @param token the number of times that the partition has got an owner
    /// @param owner the process that owns it; null for none
    /// @param target the process that is to own it; null for none
    record Partition(int number, long token, @Nullable String owner, @Nullable String target) {}

    /// Returns all partitions, in the order of their numbers.
    List<Partition> partitions();

    /// Sets for which of its partitions this process answers: those whose sessions it has read and is not giving up.
    /// Does not block.
    void serve(Set<Integer> partitions);

    /// Returns whether this process answers for the partition of a session: if it has no such session, there is none.
    /// Does not block.
    boolean isServed(SessionId id);

    /// Returns the tokens of the partitions that this process has claimed and not released. Does not block.
    Map<Integer, Long> held();

    /// Returns the token with which this process has claimed the partition of a session; -1 if it has not. Does not
    /// block.
    long token(SessionId id);

    /// Stores which process is to own some partitions.
    void assign(Map<Integer, String> targets);

    /// Claims partitions for this process, except those that another one has claimed since they were read. Waits for
    /// transactions of a former owner that are in progress.
    ///
    /// @param process the id of this process
    /// @return the numbers of the partitions that now belong to it
    Set<Integer> claim(String process, Collection<Partition> partitions);

    /// Gives partitions up. This process cannot write their sessions from now on, even if this fails.
    ///
    /// @param process the id of this process
    void release(String process, Collection<Partition> partitions);

    /// Forgets partitions that another process has claimed.
    void forget(Set<Integer> partitions);

    /// Returns the stored sessions of some partitions, without their contents.
    List<StoredSession> sessions(Set<Integer> partitions);
}
