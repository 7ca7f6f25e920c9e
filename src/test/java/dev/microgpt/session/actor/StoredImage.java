package dev.microgpt.session.actor;

import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelState;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.SessionSnapshot;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.persistence.StoredSession;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a [FakeStore] contains of one epoch.
final class StoredImage {

    private final TreeMap<Long, Double> losses = new TreeMap<>();
    private final TreeMap<Long, ModelState> keyframes = new TreeMap<>();
    private final TreeMap<Long, Change> changes = new TreeMap<>(); // by number, since the snapshot
    private int[] order = {};
    private SessionSnapshot snapshot;
    private SessionView view;
    private boolean hasRun;

    StoredImage(SessionSnapshot first) {
        snapshot = first;
        view = first.view();
        replaceSnapshot(first);
    }

    StoredImage(StoredImage other) {
        losses.putAll(other.losses);
        keyframes.putAll(other.keyframes);
        changes.putAll(other.changes);
        order = other.order;
        snapshot = other.snapshot;
        view = other.view;
        hasRun = other.hasRun;
    }

    void replaceSnapshot(SessionSnapshot next) {
        snapshot = next;
        view = next.view();
        changes.headMap(next.change(), true).clear();
        SessionSnapshot.Contents contents = next.contents();
        if (contents == null) {
            return;
        }
        int[] newOrder = contents.order();
        if (newOrder != null) {
            order = newOrder;
        }
        LossHistory.Segment added = contents.losses();
        for (int i = 0; i < added.losses().length; i++) {
            losses.put(added.from() + i, added.losses()[i]);
        }
        contents.keyframes().forEach(keyframe -> keyframes.put(keyframe.step(), keyframe));
        keyframes.keySet().retainAll(new HashSet<>(contents.keyframeSteps()));
        if (!keyframes.keySet().containsAll(contents.keyframeSteps())) {
            throw new IllegalStateException("the store was never given one of the keyframes");
        }
    }

    void append(long firstNumber, List<Change> added, SessionView now, boolean isRunning) {
        if (firstNumber != lastNumber() + 1) {
            throw new IllegalStateException(
                    "change " + firstNumber + " does not follow " + lastNumber());
        }
        for (int i = 0; i < added.size(); i++) {
            changes.put(firstNumber + i, added.get(i));
        }
        view = now;
        hasRun = isRunning;
    }

    private long lastNumber() {
        return changes.isEmpty() ? snapshot.change() : changes.lastKey();
    }

    boolean isOf(SessionSnapshot other) {
        return snapshot.owner().equals(other.owner()) && view.name().equals(other.view().name());
    }

    SessionSnapshot snapshot() {
        return snapshot;
    }

    List<Change> changes() {
        return List.copyOf(changes.values());
    }

    StoredSession session(long epoch) {
        boolean isOver = view.state() == SessionState.TRAINING && !hasRun;
        SessionView shown = isOver ? view.withState(SessionState.READY) : view;
        return new StoredSession(epoch, snapshot.holding(), shown, hasRun);
    }

    StoredSession.Contents contents() {
        SessionSnapshot.Contents contents = snapshot.contents();
        SessionState state =
                switch (snapshot.view().state()) {
                    case CREATED -> SessionState.CREATED;
                    case FAILED -> SessionState.FAILED;
                    case READY, TRAINING, PAUSED -> SessionState.READY;
                };
        return new StoredSession.Contents(
                model(contents),
                state,
                snapshot.past(),
                List.copyOf(keyframes.values()),
                snapshot.runs(),
                changes(),
                snapshot.change());
    }

    private MicroGpt model(SessionSnapshot.@Nullable Contents contents) {
        if (contents == null) {
            return new MicroGpt(snapshot.view().options());
        }
        ModelState state = contents.model();
        Checkpoint checkpoint =
                new Checkpoint(
                        state.options(),
                        contents.documents().tokenizer(),
                        state.step(),
                        state.params(),
                        state.m(),
                        state.v(),
                        contents.random(),
                        contents.documents(),
                        order,
                        state.nextDocument());
        return new MicroGpt(checkpoint, LossHistory.restore(contents.summaries(), lossesOf(state)));
    }

    private LossHistory.Segment lossesOf(ModelState state) {
        Map<Long, Double> held = losses.headMap(state.step(), true);
        double[] values = new ArrayList<>(held.values()).stream().mapToDouble(x -> x).toArray();
        return new LossHistory.Segment(held.isEmpty() ? 1 : losses.firstKey(), values);
    }
}
