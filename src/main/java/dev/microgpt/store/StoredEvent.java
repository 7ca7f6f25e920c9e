package dev.microgpt.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.session.history.SessionEvent;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Objects;

/// An event of a session's history, as stored in the database.
record StoredEvent(
        @JsonProperty("step") long step,
        @JsonProperty("at") Instant at,
        @JsonProperty("kind") String kind,
        @JsonProperty("steering") @Nullable StoredSteering steering,
        @JsonProperty("run") @Nullable Long run,
        @JsonProperty("parent") @Nullable String parent,
        @JsonProperty("reason") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String reason,
        @JsonProperty("continued") @JsonInclude(JsonInclude.Include.NON_NULL)
                @Nullable StoredContinued continued) {

    /// What a session has continued with.
    record StoredContinued(
            @JsonProperty("documents") int documents,
            @JsonProperty("vocabSize") int vocabSize,
            @JsonProperty("characters") String characters) {

        StoredContinued {
            Objects.requireNonNull(characters, "characters");
        }

        static @Nullable StoredContinued of(SessionEvent.@Nullable Continued continued) {
            return continued == null
                    ? null
                    : new StoredContinued(
                            continued.documents(), continued.vocabSize(), continued.characters());
        }

        static SessionEvent.@Nullable Continued continued(@Nullable StoredContinued stored) {
            return stored == null
                    ? null
                    : new SessionEvent.Continued(
                            stored.documents, stored.vocabSize, stored.characters);
        }
    }

    private static final EnumTags<SessionEvent.Kind> KINDS =
            new EnumTags<>(
                    "event",
                    SessionEvent.Kind.class,
                    kind ->
                            switch (kind) {
                                case LOADED -> "LOADED";
                                case CONTINUED -> "CONTINUED";
                                case RESTORED -> "RESTORED";
                                case FORKED -> "FORKED";
                                case DIFFERS -> "DIFFERS";
                                case STEERED -> "STEERED";
                                case STARTED -> "STARTED";
                                case PAUSED -> "PAUSED";
                                case RESUMED -> "RESUMED";
                                case CANCELLED -> "CANCELLED";
                                case SUCCEEDED -> "SUCCEEDED";
                                case FAILED -> "FAILED";
                            });

    StoredEvent {
        Objects.requireNonNull(at, "at");
        Objects.requireNonNull(kind, "kind");
    }

    static StoredEvent of(SessionEvent event) {
        return new StoredEvent(
                event.step(),
                event.at(),
                KINDS.tag(event.kind()),
                StoredSteering.of(event.steering()),
                event.run(),
                event.parent(),
                event.reason(),
                StoredContinued.of(event.continued()));
    }

    /// @throws DamagedException if the kind is unknown
    SessionEvent event() {
        return new SessionEvent(
                step,
                at,
                KINDS.constant(kind),
                StoredSteering.steering(steering),
                run,
                parent,
                reason,
                StoredContinued.continued(continued));
    }
}
