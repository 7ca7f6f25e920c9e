package dev.microgpt.wire;

import dev.microgpt.share.Share;

import io.swagger.v3.oas.annotations.media.Schema;

import java.util.List;

/// The shares of a session that have not expired, the oldest first.
@Schema(name = "Shares")
public record SharesReply(List<ShareReply> shares) {

    public static SharesReply of(List<Share> shares) {
        return new SharesReply(shares.stream().map(ShareReply::of).toList());
    }
}
