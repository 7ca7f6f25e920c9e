package dev.microgpt.access;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.ErrorResponses;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.authentication.ott.GenerateOneTimeTokenRequest;
import org.springframework.security.authentication.ott.OneTimeToken;
import org.springframework.security.authentication.ott.OneTimeTokenService;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

import java.time.Duration;
import java.time.Instant;

/// Issues one-time tickets to pages, because a browser cannot send a key when it opens a live stream.
@RestController
@RequestMapping(path = "/api/v1/tickets", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Live")
class TicketController {

    private static final Duration LIFETIME = Duration.ofSeconds(30);

    private final OneTimeTokenService tickets;

    TicketController(OneTimeTokenService tickets) {
        this.tickets = tickets;
    }

    /// @param ticket opens one connection
    /// @param expiresAt when the ticket becomes invalid
    record TicketReply(String ticket, Instant expiresAt) {}

    @PostMapping
    @Operation(
            summary = "Get a ticket for a live stream",
            description =
                    "The ticket opens the WebSocket or one event stream with ?ticket=, once, within 30"
                            + " seconds. It is for browsers, which cannot send headers there.")
    @ApiResponse(responseCode = "200", description = "the ticket")
    @ErrorResponses({ErrorCode.FORBIDDEN_ORIGIN})
    ResponseEntity<TicketReply> ticket(CallContext call) {
        OneTimeToken ticket =
                tickets.generate(new GenerateOneTimeTokenRequest(call.caller().name(), LIFETIME));
        String prefix = call.caller().share() == null ? "" : TicketConverter.SHARE_PREFIX;
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(new TicketReply(prefix + ticket.getTokenValue(), ticket.getExpiresAt()));
    }
}
