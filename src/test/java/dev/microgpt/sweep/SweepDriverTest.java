package dev.microgpt.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.compute.Ticker;
import dev.microgpt.session.persistence.NoStore;
import dev.microgpt.session.run.RunCall;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

/// Tests how sweeps are advanced, round by round. The test drives the schedule: no thread runs.
final class SweepDriverTest {

    private static final int TRIALS = 5;
    private static final int PARALLEL = 2;

    /// A clock that the test advances.
    private static final class Clock implements Ticker {

        private long nanos;

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public Instant now() {
            return Instant.ofEpochMilli(nanos / 1_000_000);
        }
    }

    private final Clock clock = new Clock();
    private MemorySweeps store = new MemorySweeps(new NoStore());
    private FakeTrials sessions = new FakeTrials();
    private SweepDriver driver = new SweepDriver(store, sessions, clock, new Semaphore(0));

    @BeforeEach
    void createSweep() {
        store = new MemorySweeps(new NoStore());
        sessions = new FakeTrials();
        List<Trial> trials =
                IntStream.rangeClosed(1, TRIALS)
                        .mapToObj(
                                number ->
                                        new Trial(
                                                number,
                                                SweepPlan.sessionName("s", number, TRIALS),
                                                Map.of("seed", (long) number),
                                                ModelOptions.defaults()))
                        .toList();
        SweepPlan plan =
                new SweepPlan(
                        "s",
                        null,
                        Map.of(),
                        List.of("seed"),
                        new RunCall(1, null, null, null),
                        PARALLEL,
                        false,
                        trials);
        Sweep sweep = Sweep.begin(store.nextId(), Caller.LOCAL, clock.now(), plan);
        SweepDriver.await(store.create(sweep, Corpus.of("a\nb"), 1, null));
        restart();
    }

    /// Goes on with what is stored, as a new process does.
    private void restart() {
        driver = new SweepDriver(store, sessions, clock, new Semaphore(0));
        store.unfinished(List.of()).forEach(driver::add);
    }

    private Sweep stored() {
        return Objects.requireNonNull(store.find(Caller.LOCAL, "s"));
    }

    private void change(SweepState state) {
        ActiveSweep active = driver.find(Caller.LOCAL, "s");
        if (active != null) {
            SweepDriver.await(active.change(state));
        }
    }

    private void endAll(TrialState state) {
        for (int number = 1; number <= TRIALS; number++) {
            sessions.end(number, state);
        }
    }

    private void roundsUntilEnd() {
        for (int i = 0; i < 2 * TRIALS + 2 && !stored().hasEnded(); i++) {
            clock.nanos += 1_000_000_000;
            driver.round();
            endAll(TrialState.COMPLETED);
        }
    }

    @Test
    void atMostAsManyTrialsRunAsMayRunInParallel() {
        driver.round();
        driver.round();
        assertThat(sessions.sessions).containsOnlyKeys(1, 2);
        sessions.end(1, TrialState.COMPLETED);
        driver.round();
        assertThat(sessions.sessions).containsOnlyKeys(1, 2, 3);
        assertThat(stored().count(TrialState.COMPLETED)).isEqualTo(1);
        roundsUntilEnd();
        assertThat(stored().state()).isEqualTo(SweepState.COMPLETED);
        assertThat(stored().count(TrialState.COMPLETED)).isEqualTo(TRIALS);
    }

    @Test
    void aFailedTrialMakesRoomForTheNext() {
        driver.round();
        sessions.end(1, TrialState.FAILED);
        sessions.end(2, TrialState.CANCELLED);
        driver.round();
        assertThat(sessions.sessions).containsOnlyKeys(1, 2, 3, 4);
        roundsUntilEnd();
        assertThat(stored().count(TrialState.FAILED)).isEqualTo(1);
        assertThat(stored().count(TrialState.CANCELLED)).isEqualTo(1);
        assertThat(stored().state()).isEqualTo(SweepState.COMPLETED);
    }

    @Test
    void aPausedSweepBeginsNoTrialAndPausesThoseThatRun() {
        driver.round();
        change(SweepState.PAUSED);
        driver.round();
        assertThat(stored().count(TrialState.PAUSED)).isEqualTo(2);
        assertThat(sessions.numRunning()).isZero();
        restart();
        driver.round();
        assertThat(sessions.sessions).hasSize(2);
        change(SweepState.RUNNING);
        driver.round();
        assertThat(sessions.numRunning()).isEqualTo(2);
        roundsUntilEnd();
        assertThat(stored().count(TrialState.COMPLETED)).isEqualTo(TRIALS);
    }

    /// Somebody has paused the run of the first trial, and the sweep leaves it alone.
    @Test
    void aRunThatSomebodyHasPausedStaysPaused() {
        driver.round();
        sessions.end(1, TrialState.PAUSED);
        driver.round();
        driver.round();
        assertThat(sessions.session(1).state).isEqualTo(TrialState.PAUSED);
        assertThat(sessions.sessions).hasSize(2); // it counts as one that runs
    }

    @Test
    void aCancelledSweepCancelsAllTrialsThatHaveNotEnded() {
        driver.round();
        sessions.end(1, TrialState.COMPLETED);
        driver.round();
        change(SweepState.CANCELLED);
        change(SweepState.RUNNING); // has no effect
        driver.round();
        assertThat(stored().hasEnded()).isTrue();
        assertThat(stored().state()).isEqualTo(SweepState.CANCELLED);
        assertThat(stored().count(TrialState.CANCELLED)).isEqualTo(TRIALS - 1);
        assertThat(stored().count(TrialState.COMPLETED)).isEqualTo(1);
        assertThat(sessions.numRunning()).isZero();
    }

    @Test
    void aDeletedSessionIsNotMadeAgain() {
        driver.round();
        sessions.sessions.remove(1);
        driver.round();
        assertThat(stored().count(TrialState.DELETED)).isEqualTo(1);
        roundsUntilEnd();
        assertThat(sessions.sessions).doesNotContainKey(1);
        assertThat(stored().count(TrialState.COMPLETED)).isEqualTo(TRIALS - 1);
    }

    @Test
    void aTrialThatIsRefusedForNowIsTriedAgainASecondLater() {
        sessions.refuse(ErrorCode.QUOTA_EXCEEDED);
        driver.round();
        ActiveSweep active = Objects.requireNonNull(driver.find(Caller.LOCAL, "s"));
        assertThat(active.message()).isEqualTo("refused");
        sessions.refuse(null);
        driver.round();
        assertThat(sessions.sessions).isEmpty();
        clock.nanos += 1_000_000_000;
        driver.round();
        assertThat(sessions.sessions).hasSize(PARALLEL);
        assertThat(active.message()).isNull();
    }

    @Test
    void aTrialThatIsRefusedForGoodFails() {
        sessions.refuse(ErrorCode.EXISTS);
        driver.round();
        assertThat(stored().count(TrialState.FAILED)).isEqualTo(TRIALS);
        assertThat(stored().statuses().getFirst().message()).isEqualTo("refused");
        assertThat(stored().hasEnded()).isTrue();
    }

    @Test
    void aDeletedSweepIsAdvancedNoMore() {
        driver.round();
        ActiveSweep active = Objects.requireNonNull(driver.find(Caller.LOCAL, "s"));
        driver.delete(active, false);
        driver.round();
        assertThat(store.find(Caller.LOCAL, "s")).isNull();
        assertThat(sessions.sessions).hasSize(2);
        assertThat(sessions.numRunning()).isZero();
    }

    /// Callers, ends of runs, deletions and crashes, in many orders.
    @Test
    void everyOrderOfEventsEndsWell() {
        for (int seed = 0; seed < 2000; seed++) {
            createSweep();
            new Story(new Random(seed)).run();
        }
    }

    private final class Story {

        private final Random random;
        private boolean isCancelled;
        private boolean hasCrashed;

        Story(Random random) {
            this.random = random;
        }

        void run() {
            for (int i = 0; i < 40; i++) {
                event();
                assertThat(sessions.numRunning()).isLessThanOrEqualTo(PARALLEL);
            }
            change(SweepState.RUNNING);
            roundsUntilEnd();
            check();
        }

        private int trial() {
            return 1 + random.nextInt(TRIALS);
        }

        private void event() {
            switch (random.nextInt(12)) {
                case 0 -> change(SweepState.PAUSED);
                case 1 -> change(SweepState.RUNNING);
                case 2 -> {
                    if (random.nextInt(8) == 0) {
                        change(SweepState.CANCELLED);
                        isCancelled = true;
                    }
                }
                case 3 -> sessions.end(trial(), TrialState.FAILED);
                case 4, 5 -> sessions.end(trial(), TrialState.COMPLETED);
                case 6 -> sessions.sessions.remove(trial());
                case 7 -> restart();
                case 8 -> crash();
                default -> driver.round();
            }
        }

        private void crash() {
            sessions.crashAfter(random.nextInt(4));
            try {
                driver.round();
            } catch (FakeTrials.Crash _) {
                hasCrashed = true;
                restart();
            }
            sessions.crashAfter(Integer.MAX_VALUE);
        }

        private void check() {
            assertThat(stored().hasEnded()).isTrue();
            assertThat(sessions.numRunning()).isZero();
            for (int number = 1; number <= TRIALS; number++) {
                TrialState state = stored().statuses().get(number - 1).state();
                FakeTrials.FakeSession session = sessions.sessions.get(number);
                assertThat(state.isEnd()).isTrue();
                if (session != null) {
                    assertThat(state).isEqualTo(session.state);
                } else {
                    // deleted at some time
                    assertThat(state).isNotEqualTo(TrialState.WAITING);
                }
                if (!hasCrashed) { // otherwise one may have been deleted before it was noted
                    assertThat(sessions.numCreated.getOrDefault(number, 0)).isLessThanOrEqualTo(1);
                }
            }
            assertThat(isCancelled || stored().state() == SweepState.COMPLETED).isTrue();
        }
    }
}
