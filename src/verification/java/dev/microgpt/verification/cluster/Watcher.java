package dev.microgpt.verification.cluster;

import dev.microgpt.support.Json;
import dev.microgpt.verification.cluster.ClusterTally.Kind;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Watches a session all the time. When its node ends, it continues at another one after the last loss that it has.
abstract class Watcher {

    /// The service sends a sign of life each 15 seconds.
    static final int SILENCE_SECONDS = 45;

    private static final int PAUSE_MILLIS = 200;
    private static final Set<String> TEMPORARY = Set.of("moving", "busy", "store_unavailable");

    private final String name;
    private final SessionLog session;
    private final List<ClusterNode> nodes;
    private final ClusterTally tally;
    private final SplittableRandom random;
    private double[] losses = new double[1024]; // (steps)
    private int size;
    private int connections;
    private int repeated;
    private int restarts;
    private boolean isBroken;

    Watcher(
            String name,
            SessionLog session,
            List<ClusterNode> nodes,
            SplittableRandom random,
            ClusterTally tally) {
        this.name = name;
        this.session = session;
        this.nodes = nodes;
        this.random = random;
        this.tally = tally;
    }

    /// Why a connection has ended.
    ///
    /// @param isDocumented whether a node that goes on may end it so
    record Ending(String text, boolean isDocumented) {}

    /// Watches over one connection until it ends.
    ///
    /// @param next the first step that is wanted
    /// @throws IOException if the connection is lost
    abstract Ending watch(ClusterNode node, long next, BooleanSupplier isOver)
            throws IOException, InterruptedException;

    String session() {
        return session.name();
    }

    /// Watches until it is told to stop.
    void run(BooleanSupplier isOver) throws InterruptedException {
        while (!isOver.getAsBoolean()) {
            List<ClusterNode> open = nodes.stream().filter(ClusterNode::isOpen).toList();
            if (!open.isEmpty()) {
                connect(open.get(random.nextInt(open.size())), isOver);
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }

    private void connect(ClusterNode node, BooleanSupplier isOver) throws InterruptedException {
        long start = System.nanoTime();
        Ending ending;
        connections++;
        try {
            ending = watch(node, size() + 1, isOver);
        } catch (IOException e) {
            ending = new Ending(e.toString(), false);
        }
        if (isOver.getAsBoolean()) {
            return;
        }
        if (!ending.isDocumented && node.wasSound(start)) {
            tally.violation(
                    Kind.WRONG,
                    "%s of session %s after step %d: %s has ended the stream: %s"
                            .formatted(name, session.name(), size(), node, ending.text));
        }
        tally.temporary("stream: " + (ending.isDocumented ? ending.text : "node ended"));
    }

    /// Takes a message.
    ///
    /// @return null, or why the connection is of no more use
    @Nullable Ending received(String text) {
        JsonNode message = Json.parse(text);
        return switch (message.path("type").asString()) {
            case "subscribed" -> null;
            case "frame" -> {
                frame(message);
                yield null;
            }
            case "error" -> refused(message.path("problem"));
            default -> new Ending(ClusterCalls.shorten(text), false);
        };
    }

    /// Returns what a problem means for the connection.
    Ending refused(JsonNode problem) {
        String code = problem.path("code").asString();
        boolean isBehind = // steps that were not stored are made again
                code.equals("out_of_range") && problem.path("field").asString().equals("fromStep");
        return new Ending(
                isBehind ? "session is behind" : code.isEmpty() ? problem.toString() : code,
                isBehind || TEMPORARY.contains(code));
    }

    private synchronized void frame(JsonNode frame) {
        int from = frame.path("fromStep").intValue();
        int to = frame.path("toStep").intValue();
        double[] values = Json.doubles(frame.path("losses"));
        if (values.length != to - from + 1 || from > size + 1) {
            broken(
                    "received %d losses for the steps %d to %d after step %d"
                            .formatted(values.length, from, to, size));
            return;
        }
        int known = Math.min(size - from + 1, values.length);
        if (known > 0) {
            compare(from, Arrays.copyOf(values, known));
        }
        if (from <= size && from == 1) {
            restarts++;
        }
        if (from - 1 + values.length > losses.length) {
            losses = Arrays.copyOf(losses, 2 * (from - 1 + values.length));
        }
        System.arraycopy(values, 0, losses, from - 1, values.length);
        size = from - 1 + values.length;
    }

    /// Compares losses of steps that were undone with those of the same steps, made again.
    private void compare(int from, double[] again) {
        repeated += again.length;
        int difference =
                Arrays.mismatch(
                        Arrays.copyOfRange(losses, from - 1, from - 1 + again.length), again);
        if (difference >= 0) {
            broken("step %d had another loss before".formatted(from + difference));
        }
    }

    private void broken(String text) {
        if (!isBroken) {
            isBroken = true;
            tally.violation(
                    Kind.WATCHER,
                    "%s of session %s: %s; its calls:%s"
                            .formatted(name, session.name(), text, session.notes()));
        }
    }

    synchronized int size() {
        return size;
    }

    /// Compares all losses with those of the session.
    synchronized void check(double[] expected) {
        int difference = Arrays.mismatch(expected, Arrays.copyOf(losses, size));
        if (difference >= 0) {
            broken(
                    "it has %d losses, the session %d; the first that differs is of step %d"
                            .formatted(size, expected.length, difference + 1));
        }
        tally.count("losses of watchers", size);
        tally.count("connections of watchers", connections);
        tally.count("losses that watchers got again", repeated);
        tally.count("streams that began again at step 1", restarts);
    }

    @Override
    public String toString() {
        return name;
    }
}
