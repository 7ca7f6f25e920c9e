package dev.microgpt.session.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microgpt.quota.QuotaSettings;

import org.junit.jupiter.api.Test;

/// Quotas for parameters, per owner and for all sessions together.
final class ParameterQuotaTest {

    private static final Caller ALICE = new Caller("alice", true);
    private static final Caller BOB = new Caller("bob", true);
    private static final Caller LOCAL = new Caller("local", false);

    private final ParameterQuota quota =
            new ParameterQuota(
                    new QuotaSettings(
                            new QuotaSettings.PerKey(1000, 100, 1, 12_000, 200),
                            new QuotaSettings.PerShare(6000, 100, 32),
                            new QuotaSettings.All(150, 600_000)));

    private void assertExceeded(Caller caller, String name, long count) {
        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> quota.reserve(caller, caller.sessionId(name), count))
                .matches(e -> e.code() == ErrorCode.QUOTA_EXCEEDED);
    }

    @Test
    void ownerHasQuota() {
        long _ = quota.reserve(ALICE, ALICE.sessionId("a"), 60);
        assertExceeded(ALICE, "b", 41);

        assertThat(quota.reserve(ALICE, ALICE.sessionId("b"), 40)).isZero();
    }

    @Test
    void allSessionsTogetherHaveQuota() {
        long _ = quota.reserve(ALICE, ALICE.sessionId("a"), 100);
        assertExceeded(BOB, "a", 51);

        assertThat(quota.reserve(BOB, BOB.sessionId("a"), 50)).isZero();
    }

    @Test
    void withoutKeyOnlyTheCommonQuotaApplies() {
        assertThat(quota.reserve(LOCAL, LOCAL.sessionId("a"), 150)).isZero();
        assertExceeded(LOCAL, "b", 1);
    }

    @Test
    void newCountReplacesOldOne() {
        SessionId id = ALICE.sessionId("a");
        long _ = quota.reserve(ALICE, id, 90);

        assertThat(quota.reserve(ALICE, id, 100)).isEqualTo(90);
        assertExceeded(ALICE, "a", 101);
        assertThat(quota.set(id, 0)).isEqualTo(100);
    }

    @Test
    void rejectedReservationCountsNothing() {
        assertExceeded(ALICE, "a", 101);

        assertThat(quota.reserve(ALICE, ALICE.sessionId("b"), 100)).isZero();
        assertThat(quota.reserve(BOB, BOB.sessionId("a"), 50)).isZero();
    }

    @Test
    void releasedParametersAreAvailableToOthers() {
        long _ = quota.reserve(ALICE, ALICE.sessionId("a"), 100);
        long _ = quota.set(ALICE.sessionId("a"), 0);

        assertThat(quota.reserve(ALICE, ALICE.sessionId("b"), 100)).isZero();
    }

    @Test
    void existingParametersMayExceedLoweredQuota() {
        long _ = quota.set(ALICE.sessionId("a"), 500);
        assertExceeded(ALICE, "b", 1);
        assertExceeded(BOB, "a", 1);
        long _ = quota.set(ALICE.sessionId("a"), 20);

        assertThat(quota.reserve(ALICE, ALICE.sessionId("b"), 80)).isZero();
    }

    @Test
    void checkCountsNothing() {
        quota.require(ALICE, ALICE.sessionId("a"), 100);

        assertThat(quota.reserve(ALICE, ALICE.sessionId("b"), 100)).isZero();
    }
}
