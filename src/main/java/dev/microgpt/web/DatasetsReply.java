package dev.microgpt.web;

import dev.microgpt.session.Datasets;

import java.util.List;

/// The bundled datasets.
record DatasetsReply(List<Datasets.Dataset> datasets) {}
