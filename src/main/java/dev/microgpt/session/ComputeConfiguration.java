package dev.microgpt.session;

import dev.microgpt.quota.Quotas;

import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Owns the compute threads.
@Configuration(proxyBeanMethods = false)
class ComputeConfiguration {

    @Bean(destroyMethod = "") // by the lifecycle below
    Compute compute(Limits limits, Quotas quotas, WorkMetrics metrics) {
        return new Compute(
                Runtime.getRuntime().availableProcessors(),
                limits.queuedCalls(),
                quotas.key().trainingShare(),
                metrics);
    }

    /// Stops computing as the first thing of a shutdown, before the web server waits for its requests:
    /// a call of a million steps would hold it up.
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
