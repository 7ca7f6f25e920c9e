package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.share.NewShare;
import dev.microgpt.share.ShareService;
import dev.microgpt.wire.NewShareReply;
import dev.microgpt.wire.ShareRequest;
import dev.microgpt.wire.SharesReply;

import jakarta.servlet.http.HttpServletRequest;

import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/// Creates, lists and withdraws shares.
@RestController
class ShareController implements ShareApi {

    private final ShareService shares;

    ShareController(ShareService shares) {
        this.shares = shares;
    }

    @Override
    public NewShareReply create(
            CallContext call,
            String name,
            @Nullable ShareRequest body,
            HttpServletRequest request) {
        if (call.idempotency() != null) {
            throw new SessionException(
                    ErrorCode.OUT_OF_RANGE,
                    "the response has a secret, which is not stored, so it cannot be replayed: omit the"
                            + " Idempotency-Key",
                    IdempotencyFilter.HEADER,
                    request.getHeader(IdempotencyFilter.HEADER));
        }
        ShareRequest wanted = body == null ? ShareRequest.DEFAULTS : body;
        NewShare created = shares.create(call, name, wanted.labelOrEmpty(), wanted.expiry());
        String page =
                ServletUriComponentsBuilder.fromContextPath(request)
                        .path("/s/{name}")
                        .buildAndExpand(name)
                        .toUriString();
        return NewShareReply.of(created, page);
    }

    @Override
    public SharesReply list(CallContext call, String name) {
        return SharesReply.of(shares.list(call, name));
    }

    @Override
    public void withdraw(CallContext call, String name, String share) {
        shares.withdraw(call, name, share);
    }
}
