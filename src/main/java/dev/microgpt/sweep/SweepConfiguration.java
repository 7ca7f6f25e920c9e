package dev.microgpt.sweep;

import dev.microgpt.session.RunSettings;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.session.compute.Ticker;

import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import java.util.concurrent.Semaphore;

/// Configures sweeps, and starts and stops the thread that advances them.
@Configuration(proxyBeanMethods = false)
class SweepConfiguration {

    private final Semaphore wakeUps = new Semaphore(0);

    @Bean
    TrialSessions trialSessions(SessionService sessions, Memory memory, SweepStore store) {
        return new SessionTrials(
                sessions, memory, store::documents, new TrialWatches(wakeUps::release));
    }

    @Bean(destroyMethod = "") // closed by the lifecycle below
    SweepDriver sweepDriver(SweepStore store, TrialSessions trials) {
        return new SweepDriver(store, trials, Ticker.SYSTEM, wakeUps);
    }

    @Bean
    SweepService sweepService(
            SessionService sessions,
            SweepStore store,
            SweepDriver driver,
            TrialSessions trials,
            SweepLimits limits) {
        return new SweepService(sessions, store, driver, trials, limits, Ticker.SYSTEM);
    }

    @Bean
    SmartLifecycle sweepThread(SweepDriver driver, RunSettings runs) {
        return new SmartLifecycle() {
            private volatile boolean running;

            @Override
            public void start() {
                running = true;
                driver.start(runs.afterRestart() == RunSettings.AfterRestart.RESUME);
            }

            @Override
            public void stop() {
                driver.close();
                running = false;
            }

            @Override
            public boolean isRunning() {
                return running;
            }
        };
    }
}
