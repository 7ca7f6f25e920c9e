package dev.microgpt.page;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// Computes SHA-256 digests of files and pages, for policies and entity tags.
final class Digests {

    private Digests() {}

    /// Returns the digest in Base64, as a Content-Security-Policy needs it.
    static String base64(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JVM has SHA-256", e);
        }
    }

    /// Returns a weak entity tag, because Tomcat does not compress a response with a strong one.
    static String etag(byte[] content) {
        return "W/\"" + base64(content) + '"';
    }
}
