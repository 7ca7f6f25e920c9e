package dev.microgpt.wire;

import dev.microgpt.engine.Score;

import java.util.List;

/// The scores of texts, in the order of the request.
public record ScoreReply(List<Score> scores) {}
