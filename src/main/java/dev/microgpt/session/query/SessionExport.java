package dev.microgpt.session.query;

import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.session.history.History;

/// A session as it was after one step, to be continued elsewhere.
///
/// @param name the name of the session
/// @param checkpoint the model and its documents
/// @param losses the losses that are known exactly, up to the step of the checkpoint
/// @param history events, schedule, text samples and validation losses
public record SessionExport(
        String name, Checkpoint checkpoint, LossHistory.Segment losses, History history) {}
