package dev.microgpt.sweep;

import dev.microgpt.engine.Corpus;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.IdempotencyStore;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Stores sweeps beyond the end of the process.
///
/// Several processes may share a store. Each can create and read any sweep, but only the owner of its
/// [home][Sweep#home] can change it: the writes of others fail with `moving`. A future completes when its write is
/// durable; if it fails with a [SessionException], nothing of it was or will be stored.
public interface SweepStore {

    /// A sweep without its trials.
    ///
    /// @param sweep without its trials and their statuses
    /// @param counts number of its trials in each state
    record Summary(Sweep sweep, Map<TrialState, Integer> counts) {}

    /// Returns the id of a new sweep.
    ///
    /// @throws SessionException `store_unavailable`
    long nextId();

    /// Stores a new sweep.
    ///
    /// @param documents what its trials are trained on
    /// @param maxSweeps how many sweeps its owner may have
    /// @param response stored with it; null for none
    /// @return fails with `exists` if its owner has a sweep of that name, and with `quota_exceeded` if there are too
    ///     many
    CompletableFuture<Void> create(
            Sweep sweep,
            Corpus documents,
            int maxSweeps,
            IdempotencyStore.@Nullable Entry response);

    /// Stores the state of a sweep and the statuses of some of its trials.
    ///
    /// @param trials the numbers of the trials
    CompletableFuture<Void> update(Holding holding, Sweep sweep, Collection<Integer> trials);

    /// Deletes a sweep.
    CompletableFuture<Void> delete(Holding holding, Sweep sweep);

    /// Returns a sweep; null if there is none of that name.
    ///
    /// @throws SessionException `store_unavailable`
    @Nullable Sweep find(Caller owner, String name);

    /// Returns the sweeps of an owner, sorted by name.
    ///
    /// @throws SessionException `store_unavailable`
    List<Summary> list(Caller owner);

    /// Returns the sweeps of this process that have not ended.
    ///
    /// @param known the ids of sweeps that are left out
    /// @throws SessionException `store_unavailable`
    List<Sweep> unfinished(Collection<Long> known);

    /// Returns the documents of a sweep.
    ///
    /// @throws SessionException `store_unavailable`
    Corpus documents(Sweep sweep);

    /// Returns the first of some session names that an owner uses, in any process; null if there is none.
    ///
    /// @throws SessionException `store_unavailable`
    @Nullable String firstTaken(Caller owner, Collection<String> names);

    /// Returns the ownership under which this process would write a sweep now. Does not block.
    Holding holding(Sweep sweep);

    /// Returns whether a sweep belongs to this process. Does not block.
    boolean isOwner(Sweep sweep);

    /// Returns whether other processes create sweeps of this one, or hand theirs over.
    boolean isShared();
}
