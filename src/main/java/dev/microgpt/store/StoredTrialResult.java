package dev.microgpt.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.sweep.TrialState;
import dev.microgpt.sweep.TrialStatus;

import org.jspecify.annotations.Nullable;

/// The status of a trial without its state, as stored in the database.
@JsonInclude(JsonInclude.Include.NON_NULL)
record StoredTrialResult(
        @JsonProperty("epoch") @Nullable Long epoch,
        @JsonProperty("step") long step,
        @JsonProperty("loss") @Nullable Double loss,
        @JsonProperty("validationLoss") @Nullable Double validationLoss,
        @JsonProperty("bestValidationLoss") @Nullable Double bestValidationLoss,
        @JsonProperty("bestStep") @Nullable Long bestStep,
        @JsonProperty("numParams") @Nullable Integer numParams,
        @JsonProperty("message") @Nullable String message) {

    static final EnumTags<TrialState> STATES =
            new EnumTags<>(
                    "state of a trial",
                    TrialState.class,
                    state ->
                            switch (state) {
                                case WAITING -> "WAITING";
                                case RUNNING -> "RUNNING";
                                case PAUSED -> "PAUSED";
                                case COMPLETED -> "COMPLETED";
                                case FAILED -> "FAILED";
                                case CANCELLED -> "CANCELLED";
                                case DELETED -> "DELETED";
                            });

    static String write(TrialStatus status) {
        return StoredJson.write(
                new StoredTrialResult(
                        status.epoch(),
                        status.step(),
                        finite(status.loss()),
                        finite(status.validationLoss()),
                        finite(status.bestValidationLoss()),
                        status.bestStep(),
                        status.numParams(),
                        status.message()));
    }

    private static @Nullable Double finite(@Nullable Double loss) {
        return loss == null || !Double.isFinite(loss) ? null : loss;
    }

    /// @throws DamagedException if the JSON is damaged
    static TrialStatus read(String state, String json) {
        StoredTrialResult result =
                StoredJson.read("the result of a trial", json, StoredTrialResult.class);
        return new TrialStatus(
                STATES.constant(state),
                result.epoch,
                result.step,
                result.loss,
                result.validationLoss,
                result.bestValidationLoss,
                result.bestStep,
                result.numParams,
                result.message);
    }
}
