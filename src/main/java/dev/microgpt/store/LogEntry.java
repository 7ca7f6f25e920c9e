package dev.microgpt.store;

import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.run.RunSnapshot;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/// A log entry: a change of a session since its newest snapshot, as it is stored. Its kind has a column of
/// its own.
sealed interface LogEntry {

    record Trained(@JsonProperty("step") long step, @JsonProperty("loss") double loss)
            implements LogEntry {}

    record Drawn(@JsonProperty("step") long step, @JsonProperty("words") int[] words)
            implements LogEntry {

        public Drawn {
            Objects.requireNonNull(words, "words");
        }
    }

    record Happened(
            @JsonProperty("event") StoredEvent event, @JsonProperty("run") @Nullable StoredRun run)
            implements LogEntry {

        public Happened {
            Objects.requireNonNull(event, "event");
        }
    }

    record Failed(@JsonProperty("step") long step) implements LogEntry {}

    static LogEntry of(Change change) {
        return switch (change) {
            case Change.Trained(long step, double loss) ->
                    new Trained(step, FiniteCheck.require("the loss", loss));
            case Change.Drawn(long step, int[] words) -> new Drawn(step, words);
            case Change.Happened happened -> {
                RunSnapshot run = happened.run();
                yield new Happened(
                        StoredEvent.of(happened.event()), run == null ? null : StoredRun.of(run));
            }
            case Change.Failed(long step) -> new Failed(step);
        };
    }

    /// Returns the change that this entry stores.
    ///
    /// @throws DamagedException if it has an unknown tag
    default Change change() {
        return switch (this) {
            case Trained(long step, double loss) -> new Change.Trained(step, loss);
            case Drawn(long step, int[] words) -> new Change.Drawn(step, words);
            case Happened(StoredEvent event, StoredRun run) ->
                    new Change.Happened(event.event(), run == null ? null : run.run());
            case Failed(long step) -> new Change.Failed(step);
        };
    }

    /// Returns the tag of this entry's kind.
    default String kind() {
        return switch (this) {
            case Trained _ -> "trained";
            case Drawn _ -> "drawn";
            case Happened _ -> "happened";
            case Failed _ -> "failed";
        };
    }

    default byte[] write() {
        return StoredJson.writePacked(this);
    }

    /// Reads the change of an entry.
    ///
    /// @throws DamagedException if the entry is damaged
    static Change read(String kind, byte[] packed) {
        Class<? extends LogEntry> type =
                switch (kind) {
                    case "trained" -> Trained.class;
                    case "drawn" -> Drawn.class;
                    case "happened" -> Happened.class;
                    case "failed" -> Failed.class;
                    default -> throw new DamagedException("unknown kind '" + kind + "'");
                };
        return StoredJson.read("the log entry", packed, type).change();
    }
}
