package dev.microgpt.session;

import dev.microgpt.session.actor.Command;
import dev.microgpt.session.actor.Environment;
import dev.microgpt.session.actor.SessionActor;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.StoredSession;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Moves the sessions of the registry from and to other processes.
final class SessionMoves implements SessionTransfer {

    private final SessionRegistry sessions;
    private final SessionCreation creation;
    private final Environment environment;

    SessionMoves(SessionRegistry sessions, SessionCreation creation, Environment environment) {
        this.sessions = sessions;
        this.creation = creation;
        this.environment = environment;
    }

    @Override
    public void takeOver(Collection<StoredSession> stored, boolean continuesRuns) {
        stored.forEach(session -> takeOver(session, continuesRuns));
    }

    private @Nullable Session takeOver(StoredSession stored, boolean continuesRuns) {
        Session session =
                creation.sessionOf(SessionActor.restore(stored, environment, sessions::remove));
        if (!sessions.putIfAbsent(session)) {
            return null;
        }
        if (stored.hasRun()) { // nobody waits for it
            var _ = send(session, new Command.RestartRun(continuesRuns));
        }
        return session;
    }

    /// Returns a session that another process has stored, as it has forked it from one of its own; null if there is
    /// none.
    @Nullable Session takeOverForked(SessionId id) {
        StoredSession stored = environment.store().findForked(id);
        return stored == null ? null : takeOver(stored, true);
    }

    @Override
    public long count(Predicate<SessionId> condition) {
        return sessions.all().filter(session -> condition.test(session.id())).count();
    }

    @Override
    public Map<SessionId, Long> trainingNanos() {
        return sessions.all()
                .collect(
                        Collectors.toMap(
                                Session::id,
                                session -> session.actor().publisher().trainingNanos()));
    }

    @Override
    public CompletableFuture<Void> handOver(Predicate<SessionId> condition) {
        return end(condition, true);
    }

    @Override
    public CompletableFuture<Void> drop(Predicate<SessionId> condition) {
        return end(condition, false);
    }

    private CompletableFuture<Void> end(Predicate<SessionId> condition, boolean isStored) {
        return CompletableFuture.allOf(
                sessions.all()
                        .filter(session -> condition.test(session.id()))
                        .map(session -> send(session, new Command.HandOver(isStored)))
                        .toArray(CompletableFuture[]::new));
    }

    /// Drops a session of an earlier ownership.
    void drop(Session session) {
        var _ = send(session, new Command.HandOver(false));
    }

    private CompletableFuture<?> send(Session session, Command<Boolean> command) {
        Caller owner = new Caller(session.id().owner(), false);
        try {
            return session.actor()
                    .send(command, CallContext.of(owner, environment.memory().share()));
        } catch (SessionException e) { // deleted meanwhile
            return CompletableFuture.completedFuture(null);
        }
    }
}
