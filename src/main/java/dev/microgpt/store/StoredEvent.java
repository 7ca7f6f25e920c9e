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
        @JsonProperty("reason") @JsonInclude(JsonInclude.Include.NON_NULL)
                @Nullable String reason) {

    private static final EnumTags<SessionEvent.Kind> KINDS =
            new EnumTags<>(
                    "event",
                    SessionEvent.Kind.class,
                    kind ->
                            switch (kind) {
                                case LOADED -> "LOADED";
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
                event.reason());
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
                reason);
    }
}
