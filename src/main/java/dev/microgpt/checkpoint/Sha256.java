package dev.microgpt.checkpoint;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// SHA-256, which every Java has.
public final class Sha256 {

    private Sha256() {}

    public static MessageDigest create() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The digest of all that was put in, as 64 digits.
    public static String digits(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
