package dev.microgpt.wire;

import dev.microgpt.session.history.History;
import dev.microgpt.session.history.ScheduleEntry;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.Steering;
import dev.microgpt.session.history.TextSample;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/// What a session remembers of its past beside losses and keyframes.
@Schema(name = "History")
public record HistoryReply(
        @Schema(description = "the newest 1000, oldest first") List<Event> events,
        @Schema(description = "the options of training, in the order in which they held")
                List<Scheduled> schedule,
        @Schema(description = "of steps that had keyframes at first, oldest first")
                List<Text> samples) {

    /// Something that happened to a session beside its steps.
    @Schema(name = "SessionEvent")
    public record Event(
            @Schema(description = "steps trained when it happened") long step,
            Instant at,
            SessionEvent.Kind kind,
            @Schema(description = "what was changed, where it was steered")
                    @Nullable Change steering,
            @Schema(description = "the run that it is about") @Nullable Long run,
            @Schema(description = "the session that it is a copy of") @Nullable String parent,
            @Schema(description = "why it has failed") @Nullable String reason) {

        static Event of(SessionEvent event) {
            return new Event(
                    event.step(),
                    event.at(),
                    event.kind(),
                    event.steering() == null ? null : Change.of(event.steering()),
                    event.run(),
                    event.parent(),
                    event.reason());
        }
    }

    /// The options that were changed.
    @Schema(name = "Steering")
    public record Change(
            @Nullable Double learningRate, @Nullable Long numSteps, @Nullable Integer batchSize) {

        static Change of(Steering steering) {
            return new Change(steering.learningRate(), steering.numSteps(), steering.batchSize());
        }
    }

    /// The options of training between two changes.
    @Schema(name = "Phase")
    public record Scheduled(
            @Schema(description = "they hold for the steps after this one") long fromStep,
            double learningRate,
            long numSteps,
            int batchSize) {

        static Scheduled of(ScheduleEntry phase) {
            return new Scheduled(
                    phase.fromStep(), phase.learningRate(), phase.numSteps(), phase.batchSize());
        }
    }

    /// A text that was generated along the way.
    @Schema(name = "TextSample")
    public record Text(
            @Schema(description = "steps trained then") long step,
            @Schema(description = "of that step; 0 where none was made") double learningRate,
            String text,
            @Schema(description = "whether it is one of the documents") boolean known) {

        static Text of(TextSample sample) {
            return new Text(sample.step(), sample.learningRate(), sample.text(), sample.known());
        }
    }

    public static HistoryReply of(History history) {
        return new HistoryReply(
                history.events().stream().map(Event::of).toList(),
                history.schedule().stream().map(Scheduled::of).toList(),
                history.samples().stream().map(Text::of).toList());
    }
}
