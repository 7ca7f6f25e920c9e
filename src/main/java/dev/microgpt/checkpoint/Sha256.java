package dev.microgpt.checkpoint;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Creates SHA-256 digests, which every Java platform supports.
public final class Sha256 {

    private Sha256() {}

    /// Returns a new SHA-256 digest.
    public static MessageDigest create() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Completes a digest and returns it as 64 hexadecimal digits.
    public static String digits(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
