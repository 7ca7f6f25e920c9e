package dev.microgpt.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.sweep.SweepPlan;
import dev.microgpt.sweep.Trial;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The plan of a sweep without its trials, as stored in the database.
record StoredSweepPlan(
        @JsonInclude(JsonInclude.Include.NON_NULL) @JsonProperty("dataset")
                @Nullable String dataset,
        @JsonProperty("options") Map<String, Object> options,
        @JsonProperty("varied") List<String> varied,
        @JsonProperty("run") StoredRun.Call run,
        @JsonProperty("parallel") int parallel,
        @JsonProperty("overwrites") boolean overwrites) {

    StoredSweepPlan {
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(varied, "varied");
        Objects.requireNonNull(run, "run");
    }

    static String write(SweepPlan plan) {
        return StoredJson.write(
                new StoredSweepPlan(
                        plan.dataset(),
                        plan.options(),
                        plan.varied(),
                        StoredRun.Call.of(plan.run()),
                        plan.parallel(),
                        plan.overwrites()));
    }

    /// @throws DamagedException if the JSON is damaged
    static SweepPlan read(String name, String json, List<Trial> trials) {
        StoredSweepPlan plan = StoredJson.read("the plan of a sweep", json, StoredSweepPlan.class);
        return new SweepPlan(
                name,
                plan.dataset,
                plan.options,
                plan.varied,
                plan.run.call(),
                plan.parallel,
                plan.overwrites,
                trials);
    }
}
