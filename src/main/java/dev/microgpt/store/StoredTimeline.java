package dev.microgpt.store;

import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.session.history.ScheduleEntry;
import dev.microgpt.session.history.TextSample;
import dev.microgpt.session.history.TimelineState;

import java.util.List;
import java.util.Objects;

/// What a session remembers beside its losses and keyframes, as it is in the database.
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

    static byte[] write(TimelineState past) {
        return StoredJson.packed(
                new StoredTimeline(
                        past.events().stream().map(StoredEvent::of).toList(),
                        past.schedule().stream().map(StoredPhase::of).toList(),
                        past.draws().stream().map(StoredDraw::of).toList(),
                        past.samples().stream().map(StoredSample::of).toList()));
    }

    /// @throws DamagedException if that is not what was written
    static TimelineState read(byte[] packed) {
        StoredTimeline stored = StoredJson.read("the history", packed, StoredTimeline.class);
        return new TimelineState(
                stored.events.stream().map(StoredEvent::event).toList(),
                stored.schedule.stream().map(StoredPhase::phase).toList(),
                stored.draws.stream().map(StoredDraw::draw).toList(),
                stored.samples.stream().map(StoredSample::sample).toList());
    }
}
