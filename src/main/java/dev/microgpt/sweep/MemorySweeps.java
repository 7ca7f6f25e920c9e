package dev.microgpt.sweep;

import dev.microgpt.engine.Corpus;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.IdempotencyStore;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// Holds sweeps in memory, for a service that persists nothing. Thread-safe.
public final class MemorySweeps implements SweepStore {

    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    private record Stored(Sweep sweep, Corpus documents) {}

    private final IdempotencyStore responses;
    private final Map<SessionId, Stored> sweeps = new TreeMap<>(); // bounded by create
    private long lastId;

    /// @param responses where the responses of idempotent calls are stored
    public MemorySweeps(IdempotencyStore responses) {
        this.responses = responses;
    }

    @Override
    public synchronized long nextId() {
        return ++lastId;
    }

    @Override
    public synchronized CompletableFuture<Void> create(
            Sweep sweep,
            Corpus documents,
            int maxSweeps,
            IdempotencyStore.@Nullable Entry response) {
        if (sweeps.containsKey(sweep.home())) {
            return CompletableFuture.failedFuture(SweepErrors.exists(sweep.name()));
        }
        long own = ownedBy(sweep.owner()).size();
        if (own >= maxSweeps) {
            return CompletableFuture.failedFuture(SweepErrors.tooMany(own, maxSweeps));
        }
        sweeps.put(sweep.home(), new Stored(sweep, documents));
        return response == null ? DONE : responses.put(response);
    }

    @Override
    public synchronized CompletableFuture<Void> update(
            Holding holding, Sweep sweep, Collection<Integer> trials) {
        sweeps.computeIfPresent(
                sweep.home(),
                (_, stored) ->
                        stored.sweep.id() == sweep.id()
                                ? new Stored(sweep, stored.documents)
                                : stored);
        return DONE;
    }

    @Override
    public synchronized CompletableFuture<Void> delete(Holding holding, Sweep sweep) {
        sweeps.computeIfPresent(
                sweep.home(), (_, stored) -> stored.sweep.id() == sweep.id() ? null : stored);
        return DONE;
    }

    @Override
    public synchronized @Nullable Sweep find(Caller owner, String name) {
        Stored stored = sweeps.get(Sweep.home(owner, name));
        return stored == null ? null : stored.sweep;
    }

    @Override
    public synchronized List<Summary> list(Caller owner) {
        return ownedBy(owner).stream()
                .map(
                        sweep -> {
                            Map<TrialState, Integer> counts = new EnumMap<>(TrialState.class);
                            Arrays.stream(TrialState.values())
                                    .forEach(state -> counts.put(state, sweep.count(state)));
                            return new Summary(sweep, counts);
                        })
                .toList();
    }

    private List<Sweep> ownedBy(Caller owner) {
        return sweeps.values().stream()
                .map(Stored::sweep)
                .filter(sweep -> sweep.owner().owner().equals(owner.owner()))
                .toList();
    }

    @Override
    public synchronized List<Sweep> unfinished(Collection<Long> known) {
        return sweeps.values().stream()
                .map(Stored::sweep)
                .filter(sweep -> !sweep.hasEnded() && !known.contains(sweep.id()))
                .toList();
    }

    @Override
    public synchronized Corpus documents(Sweep sweep) {
        return Objects.requireNonNull(sweeps.get(sweep.home()), "the sweep was deleted").documents;
    }

    @Override
    public @Nullable String firstTaken(Caller owner, Collection<String> names) {
        return null; // all sessions are in this process
    }

    @Override
    public Holding holding(Sweep sweep) {
        return new Holding(sweep.home(), 0);
    }

    @Override
    public boolean isOwner(Sweep sweep) {
        return true;
    }

    @Override
    public boolean isShared() {
        return false;
    }
}
