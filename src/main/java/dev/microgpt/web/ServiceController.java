package dev.microgpt.web;

import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.share.ShareLimits;
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
    private final ShareLimits ofShares;

    ServiceController(
            Datasets datasets, Limits limits, SweepLimits ofSweeps, ShareLimits ofShares) {
        this.datasets = datasets;
        this.limits = limits;
        this.ofSweeps = ofSweeps;
        this.ofShares = ofShares;
    }

    @Override
    public DatasetsReply datasets() {
        return DatasetsReply.of(datasets);
    }

    @Override
    public LimitsReply limits() {
        return LimitsReply.of(limits, ofSweeps, ofShares);
    }
}
