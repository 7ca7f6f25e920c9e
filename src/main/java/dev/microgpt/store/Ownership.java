package dev.microgpt.store;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.PartitionStore;
import dev.microgpt.session.persistence.StoredSession;

import org.springframework.jdbc.core.simple.JdbcClient;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The ownership of this process over sessions of a PostgreSQL database, in the form of fencing tokens.
///
/// Every transaction that writes a session compares the token of its partition with the claimed one. It locks the
/// token's row for that, so a claim waits for transactions in progress, and transactions after the claim fail: a
/// process that does not know yet that it has been replaced cannot write. Thread-safe.
final class Ownership implements PartitionStore {

    private static final long NONE = -1;

    private final JdbcClient jdbc;
    private final SessionReader reader;
    private final EpochBlocks epochs;
    private final AtomicLongArray tokens = new AtomicLongArray(PARTITIONS);

    private volatile Set<Integer> served = Set.of();

    /// Whether no other process is meant to use the database.
    private volatile boolean isExclusive;

    Ownership(JdbcClient jdbc) {
        this.jdbc = jdbc;
        reader = new SessionReader(jdbc, new DocumentTable(jdbc, true));
        epochs = new EpochBlocks(jdbc);
        IntStream.range(0, PARTITIONS).forEach(partition -> tokens.set(partition, NONE));
    }

    /// Returns the number of the next epoch. It is larger than all that a former owner of the sessions has used.
    long nextEpoch() {
        return epochs.next();
    }

    /// Claims all partitions for a process that shares the database with none.
    void claimAll() {
        isExclusive = true;
        jdbc.sql(
                        """
                        WITH locked AS (SELECT partition FROM ownership ORDER BY partition FOR UPDATE)
                        UPDATE ownership SET token = token + 1, owner = NULL, target = NULL FROM locked
                        WHERE ownership.partition = locked.partition
                        RETURNING ownership.partition, token""")
                .query(
                        row -> {
                            tokens.set(row.getInt("partition"), row.getLong("token"));
                        });
    }

    /// Returns whether nobody else has claimed a partition that this process has claimed.
    boolean areAllHeld() {
        Map<Integer, Long> held = held();
        return partitions().stream()
                .allMatch(p -> p.token() == held.getOrDefault(p.number(), p.token()));
    }

    @Override
    public List<Partition> partitions() {
        return jdbc.sql("SELECT partition, token, owner, target FROM ownership ORDER BY partition")
                .query(
                        (row, _) ->
                                new Partition(
                                        row.getInt("partition"),
                                        row.getLong("token"),
                                        row.getString("owner"),
                                        row.getString("target")))
                .list();
    }

    @Override
    public void serve(Set<Integer> partitions) {
        served = Set.copyOf(partitions);
    }

    @Override
    public boolean isServed(SessionId id) {
        int partition = PartitionStore.partitionOf(id);
        return tokens.get(partition) != NONE && (isExclusive || served.contains(partition));
    }

    @Override
    public long token(SessionId id) {
        return tokens.get(PartitionStore.partitionOf(id));
    }

    @Override
    public Map<Integer, Long> held() {
        Map<Integer, Long> held = new TreeMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            long token = tokens.get(partition);
            if (token != NONE) {
                held.put(partition, token);
            }
        }
        return held;
    }

    /// {@inheritDoc} Locks the rows in the same order as [#require], so that neither waits for ever.
    @Override
    public void assign(Map<Integer, String> targets) {
        Map<Integer, String> sorted = new TreeMap<>(targets);
        jdbc.sql(
                        """
                        WITH locked AS (
                            SELECT partition, new.target FROM ownership
                            JOIN unnest(?, ?) AS new (partition, target) USING (partition)
                            ORDER BY partition FOR NO KEY UPDATE OF ownership)
                        UPDATE ownership SET target = locked.target FROM locked
                        WHERE ownership.partition = locked.partition""")
                .params(
                        sorted.keySet().toArray(Integer[]::new),
                        sorted.values().toArray(String[]::new))
                .update();
    }

    /// {@inheritDoc} If the outcome of an earlier claim is not known, this process may own partitions without
    /// knowing it; they are among those that it claims.
    @Override
    public Set<Integer> claim(String process, Collection<Partition> partitions) {
        Set<Integer> claimed = new TreeSet<>();
        jdbc.sql(
                        """
                        WITH locked AS (
                            SELECT partition FROM ownership
                            JOIN unnest(?, ?) AS seen (partition, token) USING (partition, token)
                            ORDER BY partition FOR UPDATE OF ownership)
                        UPDATE ownership SET token = token + 1, owner = ? FROM locked
                        WHERE ownership.partition = locked.partition
                        RETURNING ownership.partition, token""")
                .params(numbers(partitions), tokens(partitions), process)
                .query(
                        row -> {
                            int partition = row.getInt("partition");
                            tokens.set(partition, row.getLong("token"));
                            claimed.add(partition);
                        });
        epochs.discard();
        return claimed;
    }

    private static Integer[] numbers(Collection<Partition> partitions) {
        return partitions.stream().map(Partition::number).toArray(Integer[]::new);
    }

    private static Long[] tokens(Collection<Partition> partitions) {
        return partitions.stream().map(Partition::token).toArray(Long[]::new);
    }

    @Override
    public void release(String process, Collection<Partition> partitions) {
        forget(partitions.stream().map(Partition::number).collect(Collectors.toSet()));
        jdbc.sql(
                        """
                        WITH locked AS (
                            SELECT partition FROM ownership
                            JOIN unnest(?, ?) AS mine (partition, token) USING (partition, token)
                            ORDER BY partition FOR UPDATE OF ownership)
                        UPDATE ownership SET owner = NULL FROM locked
                        WHERE ownership.partition = locked.partition AND owner = ?""")
                .params(numbers(partitions), tokens(partitions), process)
                .update();
    }

    @Override
    public void forget(Set<Integer> partitions) {
        partitions.forEach(partition -> tokens.set(partition, NONE));
    }

    @Override
    public List<StoredSession> sessions(Set<Integer> partitions) {
        Map<Integer, Long> held = held(); // before the read
        return reader.sessions(
                id -> partitions.contains(PartitionStore.partitionOf(id)),
                id -> new Holding(id, held.getOrDefault(PartitionStore.partitionOf(id), NONE)));
    }

    /// Checks, in a transaction, that some sessions have had no other owner since; until the transaction ends, nobody
    /// can claim them.
    ///
    /// @throws SessionException `moving` if one has, or `store_unavailable` if no other process should own them
    void require(Set<Holding> sessions) {
        if (!sessions.isEmpty()) {
            Map<Integer, Set<Long>> wanted = new TreeMap<>();
            for (Holding session : sessions) {
                wanted.computeIfAbsent(
                                PartitionStore.partitionOf(session.id()), _ -> new TreeSet<>())
                        .add(session.token());
            }
            require(wanted);
        }
    }

    /// Checks, in a transaction of a process that shares the database with none, that it still owns all partitions.
    ///
    /// @throws SessionException `store_unavailable` if it does not
    void requireExclusive() {
        if (isExclusive) {
            Map<Integer, Set<Long>> wanted = new TreeMap<>();
            held().forEach((partition, token) -> wanted.put(partition, Set.of(token)));
            require(wanted);
        }
    }

    /// @param wanted the tokens that each partition must have
    private void require(Map<Integer, Set<Long>> wanted) {
        int[] partitions = wanted.keySet().stream().mapToInt(Integer::intValue).toArray();
        jdbc.sql(
                        """
                        SELECT partition, token FROM ownership WHERE partition = ANY(?)
                        ORDER BY partition FOR SHARE""")
                .param(partitions)
                .query(
                        row -> {
                            Set<Long> current = Set.of(row.getLong("token"));
                            if (!current.equals(wanted.get(row.getInt("partition")))) {
                                throw lost();
                            }
                        });
    }

    private SessionException lost() {
        return isExclusive
                ? new SessionException(
                        ErrorCode.STORE_UNAVAILABLE,
                        "another process has taken over the database, so that this one can store no"
                                + " changes")
                : SessionException.moving();
    }

    /// Keeps, until the end of a transaction, others from claiming the partition of a session that this process need
    /// not own, so that a new owner sees what the transaction stores.
    void lock(SessionId id) {
        jdbc.sql("SELECT token FROM ownership WHERE partition = ? FOR SHARE")
                .param(PartitionStore.partitionOf(id))
                .query(Long.class)
                .single();
    }
}
