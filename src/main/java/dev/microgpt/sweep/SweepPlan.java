package dev.microgpt.sweep;

import dev.microgpt.session.run.RunCall;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// What a sweep is to train.
///
/// @param name the name of the sweep
/// @param dataset the name of the bundled dataset; null for a text
/// @param options the options that all trials share, by name, as they were given; with those of the validation that the
///     sweep has added
/// @param varied the names of the varied options, in the order in which they were given
/// @param run the run of each trial
/// @param parallel number of trials at a time, at most
/// @param overwrites whether sessions with the names of trials are replaced
/// @param trials in the order in which they begin
public record SweepPlan(
        String name,
        @Nullable String dataset,
        Map<String, Object> options,
        List<String> varied,
        RunCall run,
        int parallel,
        boolean overwrites,
        List<Trial> trials) {

    /// The most characters of the name of a session.
    private static final int MAX_SESSION_NAME = 63;

    private static final int MIN_DIGITS = 3;

    /// Returns the name of the session of a trial.
    ///
    /// @param name the name of the sweep
    /// @param number the number of the trial, from 1
    /// @param count number of trials of the sweep
    public static String sessionName(String name, int number, int count) {
        int digits = Math.max(MIN_DIGITS, String.valueOf(count).length());
        String text = String.valueOf(number);
        return name + "-" + "0".repeat(digits - text.length()) + text;
    }

    /// Returns the most characters that the name of a sweep may have.
    ///
    /// @param count number of its trials
    static int maxNameLength(int count) {
        return MAX_SESSION_NAME - sessionName("", count, count).length();
    }

    SweepPlan withTrials(List<Trial> other) {
        return new SweepPlan(
                name, dataset, options, varied, run, parallel, overwrites, List.copyOf(other));
    }
}
