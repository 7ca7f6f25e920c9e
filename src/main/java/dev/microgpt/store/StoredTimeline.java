package dev.microgpt.store;

import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.session.history.ScheduleEntry;
import dev.microgpt.session.history.TextSample;
import dev.microgpt.session.history.TimelineState;

import java.util.List;
import java.util.Objects;

/// The timeline of a session, which is its history apart from losses and keyframes, as stored in the
/// database.
record StoredTimeline(
        @JsonProperty("events") List<StoredEvent> events,
        @JsonProperty("schedule") List<StoredPhase> schedule,
        @JsonProperty("draws") List<StoredDraw> draws,
        @JsonProperty("samples") List<StoredSample> samples) {

    StoredTimeline {
        Objects.requireNonNull(events, "events");
        Objects.requireNonNull(schedule, "schedule");
        Objects.requireNonNull(draws, "draws");
        Objects.requireNonNull(samples, "samples");
    }

    /// The training options that apply from a step on.
    record StoredPhase(
            @JsonProperty("fromStep") long fromStep,
            @JsonProperty("learningRate") double learningRate,
            @JsonProperty("numSteps") long numSteps,
            @JsonProperty("batchSize") int batchSize) {

        static StoredPhase of(ScheduleEntry phase) {
            return new StoredPhase(
                    phase.fromStep(),
                    FiniteCheck.require("a learning rate", phase.learningRate()),
                    phase.numSteps(),
                    phase.batchSize());
        }

        ScheduleEntry phase() {
            return new ScheduleEntry(fromStep, learningRate, numSteps, batchSize);
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

    static byte[] write(TimelineState timeline) {
        return StoredJson.writePacked(
                new StoredTimeline(
                        timeline.events().stream().map(StoredEvent::of).toList(),
                        timeline.schedule().stream().map(StoredPhase::of).toList(),
                        timeline.draws().stream().map(StoredDraw::of).toList(),
                        timeline.samples().stream().map(StoredSample::of).toList()));
    }

    /// @throws DamagedException if the bytes are damaged
    static TimelineState read(byte[] packed) {
        StoredTimeline stored = StoredJson.read("the timeline", packed, StoredTimeline.class);
        return new TimelineState(
                stored.events.stream().map(StoredEvent::event).toList(),
                stored.schedule.stream().map(StoredPhase::phase).toList(),
                stored.draws.stream().map(StoredDraw::draw).toList(),
                stored.samples.stream().map(StoredSample::sample).toList());
    }
}
