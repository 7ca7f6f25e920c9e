package dev.microgpt.session;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Background runs, under `microgpt.runs`.
///
/// @param afterRestart what becomes of those that were going on when the process ended
@ConfigurationProperties("microgpt.runs")
public record RunSettings(@DefaultValue("resume") AfterRestart afterRestart) {

    /// What may become of a run.
    public enum AfterRestart {
        /// It goes on.
        RESUME,
        /// It stands as paused.
        PAUSE
    }
}
