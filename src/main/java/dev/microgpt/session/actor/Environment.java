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

/// The services and budgets that all sessions share.
///
/// @param limits limits on options and calls
/// @param scheduler schedules the slices of the actors
/// @param ticker the clock
/// @param store stores the sessions
/// @param idempotencyStore stores the responses of idempotent calls
/// @param memory the memory budget of sessions and calls
/// @param parameters the quotas for parameters
/// @param keyframes the memory budget for keyframes
/// @param metrics counts steps, slices and rehydrations
public record Environment(
        Limits limits,
        Scheduler scheduler,
        Ticker ticker,
        SessionStore store,
        IdempotencyStore idempotencyStore,
        Memory memory,
        ParameterQuota parameters,
        KeyframeBudget keyframes,
        ComputeMetrics metrics) {}
