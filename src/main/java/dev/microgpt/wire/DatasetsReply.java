package dev.microgpt.wire;

import dev.microgpt.session.Datasets;

import java.util.List;

/// The bundled datasets.
public record DatasetsReply(List<Datasets.Dataset> datasets) {}
