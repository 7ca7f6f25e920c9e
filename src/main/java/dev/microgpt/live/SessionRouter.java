package dev.microgpt.live;

import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/// Calls the host of a session. While there is none, or it has just passed the session on, it tries again.
@Component
final class SessionRouter {

    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final SessionHosts hosts;
    private final LiveThreads threads;

    SessionRouter(SessionHost local, ObjectProvider<SessionHosts> hosts, LiveThreads threads) {
        this.hosts = hosts.getIfAvailable(() -> new OnlyHost(local));
        this.threads = threads;
    }

    /// A process that has all sessions.
    private record OnlyHost(SessionHost host) implements SessionHosts {

        @Override
        public SessionHost of(SessionId id) {
            return host;
        }

        @Override
        public Duration patience() {
            return Duration.ZERO;
        }
    }

    /// Calls the host of a session.
    ///
    /// @param isOver returns whether nobody waits for the result any more
    /// @param call fails with `moving` if the host does not have the session
    /// @return fails with `moving` if no host was found in time, or with the failure of the call
    <T> CompletableFuture<T> call(
            SessionId session,
            BooleanSupplier isOver,
            Function<SessionHost, CompletableFuture<T>> call) {
        return call(session, hosts.patience(), isOver, call);
    }

    private <T> CompletableFuture<T> call(
            SessionId session,
            Duration patience,
            BooleanSupplier isOver,
            Function<SessionHost, CompletableFuture<T>> call) {
        Attempts<T> attempts = new Attempts<>(session, patience, isOver, call);
        attempts.run();
        return attempts.result;
    }

    /// Starts to watch a session, wherever it is and will be.
    ///
    /// @param wake called when there may be something to send; must not block
    CompletableFuture<Watch> watch(
            Caller caller, String session, WatchRequest request, Runnable wake) {
        FollowingWatch.Reopen reopen =
                (position, patience, isOver) ->
                        later(
                                () ->
                                        call(
                                                caller.sessionId(session),
                                                patience,
                                                isOver,
                                                host ->
                                                        host.watch(
                                                                caller,
                                                                session,
                                                                request.continuingAfter(position),
                                                                wake)));
        return call(
                        caller.sessionId(session),
                        () -> false,
                        host -> host.watch(caller, session, request, wake))
                .thenApply(first -> new FollowingWatch(first, reopen, wake));
    }

    /// Starts something on a worker, as a host may have to wait for the store, and the caller must not.
    private <T> CompletableFuture<T> later(Supplier<CompletableFuture<T>> task) {
        return CompletableFuture.runAsync(() -> {}, threads.workers()).thenCompose(_ -> task.get());
    }

    /// Returns whether a call was not executed, because the session is not where it was expected.
    static boolean isMoving(Throwable failure) {
        return cause(failure) instanceof SessionException e && e.code() == ErrorCode.MOVING;
    }

    /// Returns the failure that a future has wrapped.
    static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /// The attempts of one call, one after another.
    private final class Attempts<T> {

        final CompletableFuture<T> result = new CompletableFuture<>();
        private final SessionId session;
        private final BooleanSupplier isOver;
        private final Function<SessionHost, CompletableFuture<T>> call;
        private final long end;

        Attempts(
                SessionId session,
                Duration patience,
                BooleanSupplier isOver,
                Function<SessionHost, CompletableFuture<T>> call) {
            this.session = session;
            this.isOver = isOver;
            this.call = call;
            end = System.nanoTime() + patience.toNanos();
        }

        void run() {
            SessionHost host = hosts.of(session);
            if (host == null) {
                tryAgain(SessionException.moving());
            } else {
                var _ = attempt(host).whenComplete(this::finish);
            }
        }

        private CompletableFuture<T> attempt(SessionHost host) {
            try {
                return call.apply(host);
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private void finish(@Nullable T value, @Nullable Throwable failure) {
            if (failure == null) {
                result.complete(value);
            } else if (isMoving(failure)) {
                tryAgain(cause(failure));
            } else {
                result.completeExceptionally(cause(failure));
            }
        }

        private void tryAgain(Throwable reason) {
            if (isOver.getAsBoolean() || System.nanoTime() - end >= 0) {
                result.completeExceptionally(reason);
            } else {
                var _ = threads.after(RETRY_NANOS, () -> threads.workers().execute(this::run));
            }
        }
    }
}
