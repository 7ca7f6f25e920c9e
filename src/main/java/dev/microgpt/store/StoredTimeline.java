package dev.microgpt.store;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.session.history.Continuation;
import dev.microgpt.session.history.ScheduleEntry;
import dev.microgpt.session.history.TextSample;
import dev.microgpt.session.history.TimelineState;
import dev.microgpt.session.history.ValidationLoss;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The timeline of a session, which is its history apart from losses, keyframes and changes of the documents, as
/// stored in the database.
record StoredTimeline(
        @JsonProperty("events") List<StoredEvent> events,
        @JsonProperty("schedule") List<StoredPhase> schedule,
        @JsonProperty("draws") List<StoredDraw> draws,
        @JsonProperty("samples") List<StoredSample> samples,
        @JsonProperty("validations") @JsonInclude(JsonInclude.Include.NON_NULL)
                @Nullable List<StoredValidation> validations) {

    StoredTimeline {
        Objects.requireNonNull(events, "events");
        Objects.requireNonNull(schedule, "schedule");
        Objects.requireNonNull(draws, "draws");
        Objects.requireNonNull(samples, "samples");
    }

    /// The training options that apply from a step on.
    record StoredPhase(
            @JsonProperty("fromStep") long fromStep,
            @JsonAnyGetter @JsonAnySetter Map<String, Object> options) {

        static StoredPhase of(ScheduleEntry phase) {
            return new StoredPhase(phase.fromStep(), StoredOptions.values(phase.options()));
        }

        ScheduleEntry phase() {
            return new ScheduleEntry(fromStep, StoredOptions.steerable(options));
        }
    }

    /// The state of the random generator before something was drawn from it.
    record StoredDraw(@JsonProperty("step") long step, @JsonProperty("before") int[] before) {

        StoredDraw {
            Objects.requireNonNull(before, "before");
        }

        static StoredDraw of(TimelineState.Draw draw) {
            return new StoredDraw(draw.step(), draw.before());
        }

        TimelineState.Draw draw() {
            return new TimelineState.Draw(step, before);
        }
    }

    /// A text that the model generated.
    record StoredSample(
            @JsonProperty("step") long step,
            @JsonProperty("learningRate") double learningRate,
            @JsonProperty("text") String text,
            @JsonProperty("known") boolean known) {

        StoredSample {
            Objects.requireNonNull(text, "text");
        }

        static StoredSample of(TextSample sample) {
            return new StoredSample(
                    sample.step(),
                    FiniteCheck.require("a learning rate", sample.learningRate()),
                    sample.text(),
                    sample.known());
        }

        TextSample sample() {
            return new TextSample(step, learningRate, text, known);
        }
    }

    /// A validation loss.
    record StoredValidation(@JsonProperty("step") long step, @JsonProperty("loss") double loss) {

        static StoredValidation of(ValidationLoss validation) {
            return new StoredValidation(
                    validation.step(), FiniteCheck.require("a validation loss", validation.loss()));
        }

        ValidationLoss validation() {
            return new ValidationLoss(step, loss);
        }
    }

    /// @return null if there is nothing, as in what earlier versions have stored
    private static @Nullable List<StoredValidation> storedValidations(TimelineState timeline) {
        return timeline.validations().isEmpty()
                ? null
                : timeline.validations().stream().map(StoredValidation::of).toList();
    }

    static byte[] write(TimelineState timeline) {
        return StoredJson.writePacked(
                new StoredTimeline(
                        timeline.events().stream().map(StoredEvent::of).toList(),
                        timeline.schedule().stream().map(StoredPhase::of).toList(),
                        timeline.draws().stream().map(StoredDraw::of).toList(),
                        timeline.samples().stream().map(StoredSample::of).toList(),
                        storedValidations(timeline)));
    }

    /// @param continuations the changes of the documents, see [ContinuationTable]
    /// @throws DamagedException if the bytes are damaged
    static TimelineState read(byte[] packed, List<Continuation> continuations) {
        StoredTimeline stored = StoredJson.read("the timeline", packed, StoredTimeline.class);
        return new TimelineState(
                stored.events.stream().map(StoredEvent::event).toList(),
                stored.schedule.stream().map(StoredPhase::phase).toList(),
                stored.draws.stream().map(StoredDraw::draw).toList(),
                stored.samples.stream().map(StoredSample::sample).toList(),
                stored.validations == null
                        ? List.of()
                        : stored.validations.stream().map(StoredValidation::validation).toList(),
                continuations);
    }
}
