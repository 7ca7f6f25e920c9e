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
}
