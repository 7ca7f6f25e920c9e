package dev.microgpt.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.session.run.RunCall;
import dev.microgpt.session.run.RunSnapshot;
import dev.microgpt.session.run.RunState;
import dev.microgpt.session.run.StopWhen;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/// A run, as stored in the database.
record StoredRun(
        @JsonProperty("id") long id,
        @JsonProperty("call") Call call,
        @JsonProperty("state") String state,
        @JsonProperty("stepsDone") long stepsDone,
        @JsonProperty("loss") @Nullable Double loss,
        @JsonProperty("createdAt") Instant createdAt,
        @JsonProperty("endedAt") @Nullable Instant endedAt,
        @JsonProperty("reason") @Nullable String reason,
        @JsonInclude(JsonInclude.Include.NON_NULL) @JsonProperty("rateZero")
                @Nullable Boolean rateZero,
        @JsonInclude(JsonInclude.Include.NON_NULL) @JsonProperty("divergence")
                @Nullable StoredDivergence divergence) {

    private static final EnumTags<RunState> STATES =
            new EnumTags<>(
                    "state of a run",
                    RunState.class,
                    state ->
                            switch (state) {
                                case QUEUED -> "QUEUED";
                                case RUNNING -> "RUNNING";
                                case PAUSING -> "PAUSING";
                                case PAUSED -> "PAUSED";
                                case CANCELLING -> "CANCELLING";
                                case CANCELLED -> "CANCELLED";
                                case SUCCEEDED -> "SUCCEEDED";
                                case FAILED -> "FAILED";
                            });

    StoredRun {
        Objects.requireNonNull(call, "call");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(createdAt, "createdAt");
    }

    /// The request that created the run.
    record Call(
            @JsonProperty("steps") long steps,
            @JsonProperty("stepsPerSecond") @Nullable Double stepsPerSecond,
            @JsonProperty("lossBelow") @Nullable Double lossBelow,
            @JsonProperty("steering") @Nullable StoredSteering steering,
            @JsonInclude(JsonInclude.Include.NON_NULL) @JsonProperty("validationLossBelow")
                    @Nullable Double validationLossBelow,
            @JsonInclude(JsonInclude.Include.NON_NULL) @JsonProperty("noImprovementFor")
                    @Nullable Long noImprovementFor) {

        static Call of(RunCall call) {
            StopWhen stopWhen = call.stopWhen() == null ? StopWhen.NEVER : call.stopWhen();
            return new Call(
                    call.steps(),
                    FiniteCheck.requireUnlessNull("a run's stepsPerSecond", call.stepsPerSecond()),
                    FiniteCheck.requireUnlessNull("a run's lossBelow", stopWhen.lossBelow()),
                    StoredSteering.of(call.steering()),
                    FiniteCheck.requireUnlessNull(
                            "a run's validationLossBelow", stopWhen.validationLossBelow()),
                    stopWhen.noImprovementFor());
        }

        RunCall call() {
            StopWhen stopWhen = new StopWhen(lossBelow, validationLossBelow, noImprovementFor);
            return new RunCall(
                    steps,
                    stepsPerSecond,
                    stopWhen.equals(StopWhen.NEVER) ? null : stopWhen,
                    StoredSteering.steering(steering));
        }
    }

    static StoredRun of(RunSnapshot run) {
        return new StoredRun(
                run.id(),
                Call.of(run.call()),
                STATES.tag(run.state()),
                run.stepsDone(),
                FiniteCheck.requireUnlessNull("a run's loss", run.loss()),
                run.createdAt(),
                run.endedAt(),
                run.reason(),
                run.isRateZero() ? true : null,
                StoredDivergence.of(run.divergence()));
    }

    /// @throws DamagedException if the state is unknown
    RunSnapshot run() {
        return new RunSnapshot(
                id,
                call.call(),
                STATES.constant(state),
                stepsDone,
                loss,
                createdAt,
                endedAt,
                reason,
                rateZero != null && rateZero,
                divergence == null ? null : divergence.divergence());
    }

    static byte[] write(List<RunSnapshot> runs) {
        return StoredJson.writePacked(runs.stream().map(StoredRun::of).toList());
    }

    /// @throws DamagedException if the bytes are damaged
    static List<RunSnapshot> read(byte[] packed) {
        return List.of(StoredJson.read("the runs", packed, StoredRun[].class)).stream()
                .map(StoredRun::run)
                .toList();
    }
}
