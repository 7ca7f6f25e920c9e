package dev.microgpt.store;

import dev.microgpt.engine.Corpus;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.sweep.Sweep;
import dev.microgpt.sweep.SweepErrors;
import dev.microgpt.sweep.SweepPlan;
import dev.microgpt.sweep.SweepState;
import dev.microgpt.sweep.SweepStore;
import dev.microgpt.sweep.Trial;
import dev.microgpt.sweep.TrialState;
import dev.microgpt.sweep.TrialStatus;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The tables of sweeps and their trials. What writes is confined to the writer's thread, which runs it in
/// transactions.
final class SweepTable {

    private static final EnumTags<SweepState> STATES =
            new EnumTags<>(
                    "state of a sweep",
                    SweepState.class,
                    state ->
                            switch (state) {
                                case RUNNING -> "RUNNING";
                                case PAUSED -> "PAUSED";
                                case COMPLETED -> "COMPLETED";
                                case CANCELLED -> "CANCELLED";
                            });

    private final JdbcClient jdbc;
    private final DocumentTable documents;

    SweepTable(JdbcClient jdbc, DocumentTable documents) {
        this.jdbc = jdbc;
        this.documents = documents;
    }

    // ---- write

    /// Inserts a sweep.
    ///
    /// @throws dev.microgpt.session.admission.SessionException `exists` or `quota_exceeded`
    void insert(Sweep sweep, Corpus corpus, int maxSweeps) {
        requireRoom(sweep, maxSweeps);
        jdbc.sql(
                        """
                        INSERT INTO sweep (id, owner, name, has_key, created_at, state, document, plan)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?)""")
                .params(
                        sweep.id(),
                        sweep.owner().owner(),
                        sweep.name(),
                        sweep.owner().hasKey() ? 1 : 0,
                        sweep.createdAt().toEpochMilli(),
                        STATES.tag(sweep.state()),
                        documents.putIfAbsent(corpus),
                        StoredSweepPlan.write(sweep.plan()))
                .update();
        for (Trial trial : sweep.plan().trials()) {
            TrialStatus status = sweep.statuses().get(trial.number() - 1);
            jdbc.sql(
                            """
                            INSERT INTO trial (sweep, number, varied, options, state, result)
                            VALUES (?, ?, ?, ?, ?, ?)""")
                    .params(
                            sweep.id(),
                            trial.number(),
                            StoredJson.write(trial.varied()),
                            StoredOptions.write(trial.options()),
                            StoredTrialResult.STATES.tag(status.state()),
                            StoredTrialResult.write(status))
                    .update();
        }
        jdbc.sql("UPDATE counter SET value = ? WHERE name = 'epoch' AND value < ?")
                .params(sweep.id(), sweep.id())
                .update();
    }

    private void requireRoom(Sweep sweep, int maxSweeps) {
        List<String> names =
                jdbc.sql("SELECT name FROM sweep WHERE owner = ?")
                        .param(sweep.owner().owner())
                        .query((row, _) -> row.getString(1))
                        .list();
        if (names.contains(sweep.name())) {
            throw SweepErrors.exists(sweep.name());
        }
        if (names.size() >= maxSweeps) {
            throw SweepErrors.tooMany(names.size(), maxSweeps);
        }
    }

    /// Updates the state of a sweep and the statuses of some trials; does nothing if it was deleted.
    void update(Sweep sweep, Collection<Integer> trials) {
        Instant endedAt = sweep.endedAt();
        jdbc.sql("UPDATE sweep SET state = ?, ended_at = ? WHERE id = ?")
                .params(
                        Arrays.asList(
                                STATES.tag(sweep.state()),
                                endedAt == null ? null : endedAt.toEpochMilli(),
                                sweep.id()))
                .update();
        for (int number : trials) {
            TrialStatus status = sweep.statuses().get(number - 1);
            jdbc.sql("UPDATE trial SET state = ?, result = ? WHERE sweep = ? AND number = ?")
                    .params(
                            StoredTrialResult.STATES.tag(status.state()),
                            StoredTrialResult.write(status),
                            sweep.id(),
                            number)
                    .update();
        }
    }

    void delete(long id) {
        List<String> digests =
                jdbc.sql("SELECT document FROM sweep WHERE id = ?")
                        .param(id)
                        .query((row, _) -> row.getString(1))
                        .list();
        jdbc.sql("DELETE FROM sweep WHERE id = ?").param(id).update();
        digests.forEach(documents::deleteIfUnused);
    }

    // ---- read

    @Nullable Sweep find(Caller owner, String name) {
        return jdbc.sql("SELECT * FROM sweep WHERE owner = ? AND name = ?")
                .params(owner.owner(), name)
                .query((row, _) -> header(row))
                .optional()
                .map(this::withTrials)
                .orElse(null);
    }

    /// What identifies a sweep.
    record Key(long id, Caller owner, String name) {

        private static Key of(ResultSet row) throws SQLException {
            return new Key(
                    row.getLong("id"),
                    new Caller(row.getString("owner"), row.getInt("has_key") != 0),
                    row.getString("name"));
        }
    }

    /// Returns the sweeps of all owners that have not ended.
    List<Key> unfinished() {
        return jdbc.sql("SELECT * FROM sweep WHERE ended_at IS NULL ORDER BY id")
                .query((row, _) -> Key.of(row))
                .list();
    }

    List<SweepStore.Summary> list(Caller owner) {
        Map<Long, Map<TrialState, Integer>> counts = new LinkedHashMap<>();
        jdbc.sql(
                        """
                        SELECT trial.sweep, trial.state, count(*) AS trials
                        FROM trial JOIN sweep ON sweep.id = trial.sweep
                        WHERE sweep.owner = ? GROUP BY trial.sweep, trial.state""")
                .param(owner.owner())
                .query(
                        row -> {
                            counts.computeIfAbsent(
                                            row.getLong("sweep"),
                                            _ -> new EnumMap<>(TrialState.class))
                                    .put(
                                            StoredTrialResult.STATES.constant(
                                                    row.getString("state")),
                                            row.getInt("trials"));
                        });
        return jdbc
                .sql("SELECT * FROM sweep WHERE owner = ? ORDER BY name")
                .param(owner.owner())
                .query((row, _) -> header(row))
                .list()
                .stream()
                .map(
                        sweep ->
                                new SweepStore.Summary(
                                        sweep, counts.getOrDefault(sweep.id(), Map.of())))
                .toList();
    }

    /// Returns a sweep without its trials.
    private static Sweep header(ResultSet row) throws SQLException {
        long endedAt = row.getLong("ended_at");
        boolean hasEnded = !row.wasNull();
        Key key = Key.of(row);
        return new Sweep(
                key.id,
                key.owner,
                Instant.ofEpochMilli(row.getLong("created_at")),
                StoredSweepPlan.read(key.name, row.getString("plan"), List.of()),
                STATES.constant(row.getString("state")),
                hasEnded ? Instant.ofEpochMilli(endedAt) : null,
                List.of());
    }

    /// Returns a sweep with its trials.
    ///
    /// @param header the sweep without them
    private Sweep withTrials(Sweep header) {
        int count =
                jdbc.sql("SELECT count(*) FROM trial WHERE sweep = ?")
                        .param(header.id())
                        .query(Integer.class)
                        .single();
        List<Trial> trials = new ArrayList<>();
        List<TrialStatus> statuses = new ArrayList<>();
        jdbc.sql("SELECT * FROM trial WHERE sweep = ? ORDER BY number")
                .param(header.id())
                .query(
                        row -> {
                            int number = row.getInt("number");
                            trials.add(
                                    new Trial(
                                            number,
                                            SweepPlan.sessionName(header.name(), number, count),
                                            varied(row.getString("varied")),
                                            StoredOptions.read(row.getString("options"))));
                            statuses.add(
                                    StoredTrialResult.read(
                                            row.getString("state"), row.getString("result")));
                        });
        return header.withTrials(trials, statuses);
    }

    private static Map<String, Object> varied(String json) {
        Map<String, Object> varied = new LinkedHashMap<>();
        StoredJson.readObject("the options of a trial", json)
                .forEach((name, value) -> varied.put(name, Objects.requireNonNull(value, name)));
        return varied;
    }

    Corpus documents(long id) {
        String digest =
                jdbc.sql("SELECT document FROM sweep WHERE id = ?")
                        .param(id)
                        .query(String.class)
                        .single();
        return documents.load(digest, null);
    }

    /// Returns the first of some session names that an owner uses; null if there is none.
    @Nullable String firstTaken(Caller owner, Collection<String> names) {
        for (String name : names) {
            boolean isTaken =
                    jdbc.sql("SELECT 1 FROM session WHERE owner = ? AND name = ?")
                            .params(owner.owner(), name)
                            .query(Integer.class)
                            .optional()
                            .isPresent();
            if (isTaken) {
                return name;
            }
        }
        return null;
    }
}
