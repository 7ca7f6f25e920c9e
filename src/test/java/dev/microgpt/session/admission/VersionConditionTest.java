package dev.microgpt.session.admission;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.Set;

/// The precondition on the version of a session.
final class VersionConditionTest {

    private static void assertStale(VersionCondition condition, @Nullable String version) {
        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> condition.require(version))
                .matches(e -> e.code() == ErrorCode.STALE);
    }

    @Test
    void withoutConditionAnyVersionAndNoSessionAreAccepted() {
        assertThatNoException().isThrownBy(() -> VersionCondition.NONE.require("1-0"));
        assertThatNoException().isThrownBy(() -> VersionCondition.NONE.require(null));
    }

    @Test
    void eachOfSeveralVersionsIsAccepted() {
        VersionCondition condition = new VersionCondition(Set.of("1-0", "1-5"));

        assertThatNoException().isThrownBy(() -> condition.require("1-5"));
        assertStale(condition, "1-6");
        assertStale(condition, "2-5");
    }

    @Test
    void onlyTheAbsenceOfASessionMayBeAccepted() {
        assertThatNoException().isThrownBy(() -> VersionCondition.ABSENT.require(null));
        assertStale(VersionCondition.ABSENT, "1-0");
    }

    @Test
    void missingSessionIsStale() {
        assertStale(new VersionCondition(Set.of("1-0")), null);
    }

    @Test
    void emptySetAcceptsNoVersion() {
        assertStale(new VersionCondition(Set.of()), "1-0");
    }
}
