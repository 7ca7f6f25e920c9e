package dev.microgpt.web;

import dev.microgpt.engine.Score;

import java.util.List;

/// The scores of texts, in their order.
record ScoreReply(List<Score> scores) {}
