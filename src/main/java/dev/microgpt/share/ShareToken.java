package dev.microgpt.share;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/// The secret of a share: the prefix `share_` and 32 random bytes in Base64. Only its hash is stored.
///
/// SHA-256 without salt is enough for random bytes: they cannot be guessed, nor be in a table of hashes.
public record ShareToken(String text) {

    /// No API key begins with it, as the name of a key has no underscore.
    private static final String PREFIX = "share_";

    private static final int SECRET_BYTES = 32;
    private static final int ID_BYTES = 8;

    /// Returns whether a text is meant to be the token of a share, and not an API key.
    public static boolean isToken(String text) {
        return text.startsWith(PREFIX);
    }

    static ShareToken random(SecureRandom random) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return new ShareToken(
                PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    }

    /// Returns a random id of a share.
    static String randomId(SecureRandom random) {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    /// Returns the hash that is stored, in 64 hexadecimal digits.
    String hash() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JVM has SHA-256", e);
        }
    }

    /// Does not show the secret.
    @Override
    public String toString() {
        return PREFIX + "…";
    }
}
