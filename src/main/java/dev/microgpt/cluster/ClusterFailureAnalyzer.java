package dev.microgpt.cluster;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/// Explains, instead of a stack trace, why the service cannot start as a node and what to do.
final class ClusterFailureAnalyzer extends AbstractFailureAnalyzer<ClusterException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ClusterException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.action(), cause);
    }
}
