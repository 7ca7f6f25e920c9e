package dev.microgpt.page;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// Names contents by their SHA-256.
final class Digests {

    private Digests() {}

    /// The digest in Base64, as a Content-Security-Policy wants it.
    static String base64(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JVM has SHA-256", e);
        }
    }

    /// A weak one: whether the content is compressed on its way makes no difference. Tomcat compresses
    /// nothing that has a strong one.
    static String etag(byte[] content) {
        return "W/\"" + base64(content) + '"';
    }
}
