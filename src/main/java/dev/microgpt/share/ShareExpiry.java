package dev.microgpt.share;

import java.time.Instant;

/// When a share shall expire.
public sealed interface ShareExpiry {

    /// Some days after its creation.
    record AfterDays(int days) implements ShareExpiry {}

    /// At a time.
    record At(Instant time) implements ShareExpiry {}
}
