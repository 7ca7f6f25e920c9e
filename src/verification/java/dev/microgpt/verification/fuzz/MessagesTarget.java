package dev.microgpt.verification.fuzz;

import com.code_intelligence.jazzer.api.BugDetectors;

import dev.microgpt.MicroGptApplication;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.support.Live;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import tools.jackson.databind.JsonNode;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/// Sends arbitrary bytes as the messages of one connection, one per line. Each must be answered once, with
/// JSON that has a type, and no answer may be a server error.
public final class MessagesTarget {

    private static final int MAX_MESSAGES = 8;
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    private static final String SESSION = "demo";
    private static final Corpus DOCUMENTS = Corpus.of("anna\nbob\ncora\nzoë 🦙");
    private static final ModelOptions OPTIONS =
            ModelOptions.builder().nEmbd(4).nHead(2).blockSize(4).build();

    /// Types of messages that may arrive besides the one answer to each message.
    private static final Set<String> UNSOLICITED = Set.of("step", "frame", "gap");

    /// The last exception of the service's own code that ended a thread. Tomcat's own threads may end like
    /// that when a client disconnects during a long message.
    private static final AtomicReference<@Nullable Throwable> UNCAUGHT = new AtomicReference<>();

    private static @Nullable MessagesTarget target;

    private final ConfigurableApplicationContext context;
    private final int port;
    private final SessionService sessions;
    private final Memory memory;

    private MessagesTarget() {
        Thread.setDefaultUncaughtExceptionHandler(
                (_, failure) -> {
                    if (isOwn(failure)) {
                        UNCAUGHT.set(failure);
                    }
                });
        context =
                new SpringApplicationBuilder(MicroGptApplication.class)
                        .properties(
                                "server.port=0",
                                "server.address=127.0.0.1",
                                "logging.level.root=error",
                                "microgpt.demo=false",
                                "microgpt.store.enabled=false",
                                // Small, so that even the largest accepted request is fast.
                                "microgpt.limits.sessions=10",
                                "microgpt.limits.n-embd=32",
                                "microgpt.limits.n-layer=4",
                                "microgpt.limits.block-size=32",
                                "microgpt.limits.batch-size=8",
                                "microgpt.limits.parameters=50000",
                                "microgpt.limits.steps-per-call=20",
                                "microgpt.limits.samples-per-call=20",
                                "microgpt.limits.trace-values=100000")
                        .run();
        port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
        sessions = context.getBean(SessionService.class);
        memory = context.getBean(Memory.class);
    }

    private static boolean isOwn(Throwable failure) {
        return Arrays.stream(failure.getStackTrace())
                .anyMatch(frame -> frame.getClassName().startsWith("dev.microgpt."));
    }

    public static void fuzzerInitialize() {
        MessagesTarget started = new MessagesTarget();
        // Jazzer reports any other network connection as a finding.
        BugDetectors.allowNetworkConnections((_, port) -> port == started.port);
        target = started;
    }

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        if (target != null) {
            target.test(new String(input, StandardCharsets.UTF_8));
        }
    }

    public static void fuzzerTearDown() {
        if (target != null) {
            target.context.close();
        }
    }

    private void test(String text) throws Exception {
        try (Memory.Share share = memory.share()) {
            CallContext call = CallContext.of(Caller.LOCAL, share);
            for (Session session : sessions.list(call, null, Integer.MAX_VALUE)) {
                if (!session.name().equals(SESSION)) {
                    sessions.delete(call, session.name());
                }
            }
            sessions.init(call, SESSION, OPTIONS, DOCUMENTS, true);
        }
        converse(text.lines().limit(MAX_MESSAGES).toList());
        String answer =
                converse(List.of("{\"type\":\"getConfig\",\"session\":\"%s\"}".formatted(SESSION)));
        if (!answer.equals("config")) {
            throw new AssertionError("afterwards, a normal message is answered by " + answer);
        }
        Throwable uncaught = UNCAUGHT.getAndSet(null);
        if (uncaught != null) {
            throw new AssertionError("a thread ended with an exception", uncaught);
        }
    }

    /// Sends messages over a new connection, and waits for their answers.
    ///
    /// @return the type of the last answer
    private String converse(List<String> messages) {
        try (Live live = Live.connect(port)) {
            messages.forEach(live::sendText);
            String type = "";
            for (int answered = 0; answered < messages.size(); ) {
                type = typeOf(live.nextWithin(ANSWER_TIMEOUT));
                if (!UNSOLICITED.contains(type)) {
                    answered++;
                }
            }
            if (live.isClosed()) {
                throw new AssertionError("the service closed the connection: " + live.awaitClose());
            }
            return type;
        }
    }

    private static String typeOf(JsonNode json) {
        String type = json.path("type").asString("");
        if (type.isEmpty()) {
            throw new AssertionError("an answer without a type: " + json);
        }
        int status = json.path("problem").path("status").asInt(0);
        if (type.equals("error") && (status < 400 || status > 499)) {
            throw new AssertionError("an error whose status is not 4xx: " + json);
        }
        return type;
    }
}
