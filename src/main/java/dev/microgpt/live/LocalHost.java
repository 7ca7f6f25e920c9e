package dev.microgpt.live;

import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.Memory;

import org.springframework.stereotype.Component;

import java.util.concurrent.CompletableFuture;

/// The sessions of this process.
@Component
final class LocalHost implements SessionHost {

    private final SessionService sessions;
    private final Broadcasts broadcasts;
    private final MessageExecutor executor;
    private final Memory memory;

    LocalHost(
            SessionService sessions,
            Broadcasts broadcasts,
            MessageExecutor executor,
            Memory memory) {
        this.sessions = sessions;
        this.broadcasts = broadcasts;
        this.executor = executor;
        this.memory = memory;
    }

    @Override
    public CompletableFuture<Void> execute(
            CallContext call, ClientText message, Answers answers, CompletableFuture<Void> stop) {
        return executor.execute(call, message.message(), answers, stop);
    }

    @Override
    public CompletableFuture<Watch> watch(
            Caller caller, String session, WatchRequest request, Runnable wake) {
        try (Memory.Share share = memory.share()) {
            CallContext call = CallContext.of(caller, share);
            Session watched = sessions.get(call, session);
            watched.ensureInMemory(call);
            return CompletableFuture.completedFuture(
                    Subscription.open(broadcasts.of(watched), caller.share(), request, wake));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
