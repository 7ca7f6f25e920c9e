package dev.microgpt.web;

import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.wire.DatasetsReply;
import dev.microgpt.wire.LimitsReply;

import org.springframework.web.bind.annotation.RestController;

/// Lists the bundled datasets and the limits of the service.
@RestController
class ServiceController implements ServiceApi {

    private final Datasets datasets;
    private final Limits limits;

    ServiceController(Datasets datasets, Limits limits) {
        this.datasets = datasets;
        this.limits = limits;
    }

    @Override
    public DatasetsReply datasets() {
        return DatasetsReply.of(datasets);
    }

    @Override
    public LimitsReply limits() {
        return LimitsReply.of(limits);
    }
}
