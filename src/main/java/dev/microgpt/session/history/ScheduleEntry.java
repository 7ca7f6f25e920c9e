package dev.microgpt.session.history;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.OptionValues;

/// Training options that are in effect until the next entry of the schedule.
///
/// @param fromStep the options are in effect for the steps after this one
/// @param options the values of all options that may change while a model trains
public record ScheduleEntry(long fromStep, OptionValues options) {

    static ScheduleEntry of(long fromStep, ModelOptions options) {
        return new ScheduleEntry(fromStep, OptionValues.of(options, ModelOption::isSteerable));
    }
}
