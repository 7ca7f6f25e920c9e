package dev.microgpt.wire;

import dev.microgpt.engine.Score;

import java.util.List;

/// The scores of texts, in their order.
public record ScoreReply(List<Score> scores) {}
