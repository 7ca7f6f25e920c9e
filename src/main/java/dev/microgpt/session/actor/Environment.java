package dev.microgpt.session.actor;

import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.session.admission.ParameterQuota;
import dev.microgpt.session.compute.ComputeMetrics;
import dev.microgpt.session.compute.Scheduler;
import dev.microgpt.session.compute.Ticker;
import dev.microgpt.session.history.KeyframeBudget;
import dev.microgpt.session.persistence.IdempotencyStore;
import dev.microgpt.session.persistence.SessionStore;

import java.util.concurrent.atomic.AtomicLong;

/// What all sessions share.
///
/// @param limits what is allowed
/// @param scheduler gives them their turns
/// @param ticker what time it is
/// @param store where they are kept
/// @param answers of calls that are not to be made twice
/// @param memory that they share with calls
/// @param parameters that they may have together
/// @param keyframes the memory for their keyframes
/// @param metrics that count what they do
/// @param epochs the last one that was used
public record Environment(
        Limits limits,
        Scheduler scheduler,
        Ticker ticker,
        SessionStore store,
        IdempotencyStore answers,
        Memory memory,
        ParameterQuota parameters,
        KeyframeBudget keyframes,
        ComputeMetrics metrics,
        AtomicLong epochs) {}
