package dev.microgpt.session;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Settings of background runs, under `microgpt.runs`.
///
/// @param afterRestart what happens to the runs that were active when the process ended
@ConfigurationProperties("microgpt.runs")
public record RunSettings(@DefaultValue("resume") AfterRestart afterRestart) {

    /// What happens to a run after a restart of the process.
    public enum AfterRestart {
        /// The run continues.
        RESUME,
        /// The run is paused.
        PAUSE
    }
}
