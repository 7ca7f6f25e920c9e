package dev.microgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hazelcast.map.IMap;

import dev.microgpt.support.MostlyWaiting;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.security.authentication.ott.GenerateOneTimeTokenRequest;
import org.springframework.security.authentication.ott.OneTimeToken;
import org.springframework.security.authentication.ott.OneTimeTokenAuthenticationToken;
import org.springframework.security.authentication.ott.OneTimeTokenService;

import java.time.Duration;
import java.time.Instant;

/// Tests tickets that any node of a cluster accepts, once.
@MostlyWaiting
@Timeout(60)
final class HazelcastTicketsTest {

    private static final String OWNER = "alice";

    private static OneTimeTokenService tickets(TestNodes nodes, int node) {
        return new HazelcastTickets(nodes.get(node).hazelcast());
    }

    private static OneTimeToken issue(OneTimeTokenService tickets, Duration lifetime) {
        return tickets.generate(new GenerateOneTimeTokenRequest(OWNER, lifetime));
    }

    /// Returns the owner of a ticket that is accepted; null if it is not.
    private static @Nullable String accept(OneTimeTokenService tickets, OneTimeToken ticket) {
        OneTimeToken accepted =
                tickets.consume(new OneTimeTokenAuthenticationToken(ticket.getTokenValue()));
        return accepted == null ? null : accepted.getUsername();
    }

    @Test
    void anyNodeAcceptsATicketOnce() {
        try (TestNodes nodes = TestNodes.start(3)) {
            for (int accepting = 0; accepting < 3; accepting++) {
                OneTimeToken ticket = issue(tickets(nodes, 0), Duration.ofMinutes(1));

                assertThat(ticket.getUsername()).isEqualTo(OWNER);
                assertThat(accept(tickets(nodes, accepting), ticket)).isEqualTo(OWNER);
                for (int node = 0; node < 3; node++) {
                    assertThat(accept(tickets(nodes, node), ticket)).isNull();
                }
            }
        }
    }

    @Test
    void aTicketExpires() {
        try (TestNodes nodes = TestNodes.start(2)) {
            OneTimeToken ticket = issue(tickets(nodes, 0), Duration.ofSeconds(1));

            await().until(() -> Instant.now().isAfter(ticket.getExpiresAt().plusSeconds(1)));

            assertThat(accept(tickets(nodes, 1), ticket)).isNull();
        }
    }

    /// A locked entry keeps the call waiting, as a broken network does.
    @Test
    void aTicketWithoutAnAnswerIsNotAcceptedYet() {
        try (TestNodes nodes = TestNodes.start(2)) {
            OneTimeToken ticket = issue(tickets(nodes, 0), Duration.ofMinutes(1));
            IMap<String, String> map = nodes.get(1).hazelcast().getMap(HazelcastTickets.MAP);
            map.lock(ticket.getTokenValue());

            assertThat(accept(tickets(nodes, 0), ticket)).isNull();
        }
    }

    @Test
    void aNodeThatHasLeftAcceptsItsOwnTickets() {
        try (TestNodes nodes = TestNodes.start(1)) {
            OneTimeTokenService tickets = tickets(nodes, 0);
            nodes.kill(0);

            OneTimeToken ticket = issue(tickets, Duration.ofMinutes(1));

            assertThat(accept(tickets, ticket)).isEqualTo(OWNER);
            assertThat(accept(tickets, ticket)).isNull();
        }
    }
}
