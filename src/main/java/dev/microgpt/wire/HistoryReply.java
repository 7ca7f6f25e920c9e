package dev.microgpt.wire;

import com.fasterxml.jackson.annotation.JsonAnyGetter;

import dev.microgpt.engine.OptionValues;
import dev.microgpt.session.history.History;
import dev.microgpt.session.history.ScheduleEntry;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.TextSample;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The past of a session, except for its losses and keyframes.
@Schema(name = "History")
public record HistoryReply(
        @Schema(description = "The newest 1000, oldest first") List<Event> events,
        @Schema(description = "Training options over time, oldest first") List<Scheduled> schedule,
        @Schema(description = "Texts generated whenever a keyframe was stored, oldest first")
                List<Text> samples,
        @Schema(
                        description =
                                "Losses of the held-out documents, oldest first; absent if there are none")
                @Nullable List<ValidationLossReply> validation)
        implements CsvTable {

    /// Something other than a step that happened to a session.
    @Schema(name = "SessionEvent")
    public record Event(
            @Schema(description = "Steps trained when it happened") long step,
            Instant at,
            SessionEvent.Kind kind,
            @Schema(description = "Options that were changed, if it was steered")
                    @Nullable Change steering,
            @Schema(description = "Number of the run that it concerns") @Nullable Long run,
            @Schema(description = "Name of the session that it was forked from")
                    @Nullable String parent,
            @Schema(description = "Why the session failed") @Nullable String reason,
            @Schema(description = "What it has continued with, if it did")
                    @Nullable NewDocuments continued) {

        static Event of(SessionEvent event) {
            return new Event(
                    event.step(),
                    event.at(),
                    event.kind(),
                    event.steering() == null ? null : Change.of(event.steering()),
                    event.run(),
                    event.parent(),
                    event.reason(),
                    event.continued() == null ? null : NewDocuments.of(event.continued()));
        }
    }

    /// The documents that a session has continued with.
    @Schema(name = "NewDocuments")
    public record NewDocuments(
            @Schema(description = "Number of documents") int documents,
            @Schema(description = "Number of tokens since then") int vocabSize,
            @Schema(
                            description =
                                    "Characters that got tokens, in the order of their ids; empty if none")
                    String characters) {

        static NewDocuments of(SessionEvent.Continued continued) {
            return new NewDocuments(
                    continued.documents(), continued.vocabSize(), continued.characters());
        }
    }

    /// The options that were changed, by name.
    @Schema(name = "Steering")
    public record Change(@JsonAnyGetter Map<String, Object> values) {

        static Change of(OptionValues steering) {
            return new Change(OptionsReply.byName(steering));
        }
    }

    /// The training options between two changes.
    @Schema(name = "Phase")
    public record Scheduled(
            @Schema(description = "They apply to the steps after this one") long fromStep,
            @JsonAnyGetter Map<String, Object> options) {

        static Scheduled of(ScheduleEntry phase) {
            return new Scheduled(phase.fromStep(), OptionsReply.byName(phase.options().written()));
        }
    }

    /// A text that was generated during training.
    @Schema(name = "TextSample")
    public record Text(
            @Schema(description = "Steps trained when it was generated") long step,
            @Schema(description = "Learning rate of that step; 0 if no step was trained")
                    double learningRate,
            String text,
            @Schema(description = "Whether it is one of the documents") boolean known) {

        static Text of(TextSample sample) {
            return new Text(sample.step(), sample.learningRate(), sample.text(), sample.known());
        }
    }

    public static HistoryReply of(History history) {
        return new HistoryReply(
                history.events().stream().map(Event::of).toList(),
                history.schedule().stream().map(Scheduled::of).toList(),
                history.samples().stream().map(Text::of).toList(),
                history.validations().isEmpty()
                        ? null
                        : ValidationLossReply.of(history.validations()));
    }

    @Override
    public List<String> csvColumns() {
        return new HistoryTable(this).columns();
    }

    @Override
    public Stream<List<@Nullable Object>> csvRows() {
        return new HistoryTable(this).rows();
    }
}
