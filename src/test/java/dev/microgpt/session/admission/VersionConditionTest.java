package dev.microgpt.session.admission;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.Set;

/// Which versions of a session a call accepts.
final class VersionConditionTest {

    private static void assertStale(VersionCondition condition, @Nullable String version) {
        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> condition.require(version))
                .matches(e -> e.code() == ErrorCode.STALE);
    }

    @Test
    void withoutConditionAnyVersionAndNoneWillDo() {
        assertThatNoException().isThrownBy(() -> VersionCondition.NONE.require("1-0"));
        assertThatNoException().isThrownBy(() -> VersionCondition.NONE.require(null));
    }

    @Test
    void oneOfSeveralWillDo() {
        VersionCondition condition = new VersionCondition(Set.of("1-0", "1-5"));

        assertThatNoException().isThrownBy(() -> condition.require("1-5"));
        assertStale(condition, "1-6");
        assertStale(condition, "2-5");
    }

    @Test
    void sessionThatDoesNotExistHasNoVersion() {
        assertStale(new VersionCondition(Set.of("1-0")), null);
    }

    @Test
    void noVersionAtAllIsNeverMet() {
        assertStale(new VersionCondition(Set.of()), "1-0");
    }
}
