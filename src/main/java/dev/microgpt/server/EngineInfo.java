package dev.microgpt.server;

import dev.microgpt.engine.MicroGpt;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

import java.util.Map;

/// Reports in the log and in `/actuator/info` which kernels the tensor engine uses on this machine, because
/// the speed of training depends on them more than on anything else.
@Component
final class EngineInfo implements InfoContributor {

    private static final Logger log = LoggerFactory.getLogger(EngineInfo.class);

    @EventListener(ApplicationStartedEvent.class)
    void logKernels() {
        log.info("Kernels of the tensor engine: {}", MicroGpt.kernels());
    }

    @Override
    public void contribute(Info.Builder builder) {
        builder.withDetail("engine", Map.of("kernels", MicroGpt.kernels()));
    }
}
