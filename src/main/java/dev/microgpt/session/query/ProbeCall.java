package dev.microgpt.session.query;

import dev.microgpt.engine.GenerateOptions;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A request to evaluate probes at the keyframes.
///
/// @param probes what to measure, at least one
/// @param samples number of texts to generate at each keyframe, if a probe needs any
/// @param options how to generate them
/// @param seed the seed at each keyframe; null for the session's seed
/// @param keyframes maximum number of keyframes
/// @param from the first step; null for the first keyframe
/// @param to the last step; null for the present one
public record ProbeCall(
        List<Probe> probes,
        int samples,
        GenerateOptions options,
        @Nullable Long seed,
        int keyframes,
        @Nullable Long from,
        @Nullable Long to) {}
