package dev.microgpt.session.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;

import java.util.Map;

/// Tests the store that persists nothing.
@SharesNothing
final class NoStoreTest {

    private final NoStore store = new NoStore();

    private static IdempotencyStore.Entry response(String key) {
        return new IdempotencyStore.Entry(
                key,
                "POST /x",
                "digest",
                null,
                null,
                new Idempotency.Response(200, Map.of(), new byte[0]));
    }

    @Test
    void theNewestHundredResponsesAreKept() {
        for (int i = 0; i < 101; i++) {
            assertThat(store.put(response("key " + i))).isCompleted();
        }

        assertThat(store.find("key 0")).isNull();
        assertThat(store.find("key 1")).isNotNull();
        assertThat(store.find("key 100")).isNotNull();
    }

    @Test
    void nothingElseIsKept() {
        store.requireRoom();

        assertThat(store.sessions()).isEmpty();
        assertThat(store.findForked(new SessionId("local", "emma"))).isNull();
        assertThat(store.nextEpoch()).isEqualTo(1);
        assertThat(store.nextEpoch()).isEqualTo(2);
        assertThat(store.isPersistent()).isFalse();
        assertThat(store.isUnavailable()).isFalse();
        assertThatThrownBy(() -> store.load(1)).isInstanceOf(IllegalStateException.class);
    }
}
