package dev.microgpt.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.authentication.ott.DefaultOneTimeToken;
import org.springframework.security.authentication.ott.GenerateOneTimeTokenRequest;
import org.springframework.security.authentication.ott.InMemoryOneTimeTokenService;
import org.springframework.security.authentication.ott.OneTimeToken;
import org.springframework.security.authentication.ott.OneTimeTokenAuthenticationToken;
import org.springframework.security.authentication.ott.OneTimeTokenService;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/// Tickets that all nodes accept, each once. While the cluster does not answer, a node issues tickets that only it
/// accepts.
final class HazelcastTickets implements OneTimeTokenService {

    /// The name of Hazelcast's map, from tickets to their owners.
    static final String MAP = "tickets";

    /// The longest time to wait for an answer.
    static final Duration TIMEOUT = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(HazelcastTickets.class);

    private final IMap<String, String> shared;
    private final OneTimeTokenService own = new InMemoryOneTimeTokenService();

    HazelcastTickets(HazelcastInstance hazelcast) {
        shared = hazelcast.getMap(MAP);
    }

    @Override
    public OneTimeToken generate(GenerateOneTimeTokenRequest request) {
        String ticket = UUID.randomUUID().toString();
        Duration lifetime = request.getExpiresIn();
        OneTimeToken token =
                new DefaultOneTimeToken(
                        ticket, request.getUsername(), Instant.now().plus(lifetime));
        try {
            TimedAnswer.of(
                    () ->
                            shared.setAsync(
                                    ticket,
                                    request.getUsername(),
                                    lifetime.toMillis(),
                                    TimeUnit.MILLISECONDS),
                    TIMEOUT);
            return token;
        } catch (TimedAnswer.MissingException e) {
            log.debug("The cluster does not answer for tickets", e);
            return own.generate(request);
        }
    }

    @Override
    public @Nullable OneTimeToken consume(OneTimeTokenAuthenticationToken authentication) {
        OneTimeToken issuedHere = own.consume(authentication);
        if (issuedHere != null) {
            return issuedHere;
        }
        String ticket = authentication.getTokenValue();
        if (ticket == null) {
            return null;
        }
        try {
            String owner = TimedAnswer.of(() -> shared.removeAsync(ticket), TIMEOUT);
            return owner == null ? null : new DefaultOneTimeToken(ticket, owner, Instant.now());
        } catch (TimedAnswer.MissingException e) {
            log.debug("The cluster does not answer for tickets", e);
            return null; // the page gets another one
        }
    }
}
