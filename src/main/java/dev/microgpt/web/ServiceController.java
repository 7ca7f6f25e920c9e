package dev.microgpt.web;

import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.sweep.SweepLimits;
import dev.microgpt.wire.DatasetsReply;
import dev.microgpt.wire.LimitsReply;

import org.springframework.web.bind.annotation.RestController;

/// Lists the bundled datasets and the limits of the service.
@RestController
class ServiceController implements ServiceApi {

    private final Datasets datasets;
    private final Limits limits;
    private final SweepLimits ofSweeps;

    ServiceController(Datasets datasets, Limits limits, SweepLimits ofSweeps) {
        this.datasets = datasets;
        this.limits = limits;
        this.ofSweeps = ofSweeps;
    }

    @Override
    public DatasetsReply datasets() {
        return DatasetsReply.of(datasets);
    }

    @Override
    public LimitsReply limits() {
        return LimitsReply.of(limits, ofSweeps);
    }
}
