package dev.microgpt.session;

import dev.microgpt.quota.QuotaSettings;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.session.compute.Compute;
import dev.microgpt.session.compute.ComputeMetrics;

import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Configures what all sessions share: the compute threads, their metrics and the memory budget.
@Configuration(proxyBeanMethods = false)
class ComputeConfiguration {

    @Bean(destroyMethod = "") // closed by the lifecycle below
    Compute compute(QuotaSettings quotas, ComputeMetrics metrics) {
        return new Compute(
                Runtime.getRuntime().availableProcessors(), quotas.key().trainingShare(), metrics);
    }

    @Bean
    Memory memory(Limits limits) {
        return new Memory(limits);
    }

    @Bean
    ComputeMetrics computeMetrics(MeterRegistry registry) {
        return new ComputeMetrics(registry);
    }

    /// Stops the compute threads first of all at shutdown, before the web server waits for its requests: a
    /// call of a million steps would delay it.
    @Bean
    SmartLifecycle computeShutdown(Compute compute) {
        return new SmartLifecycle() {
            private volatile boolean running;

            @Override
            public void start() {
                running = true;
            }

            @Override
            public void stop() {
                compute.close();
                running = false;
            }

            @Override
            public boolean isRunning() {
                return running;
            }
        };
    }
}
