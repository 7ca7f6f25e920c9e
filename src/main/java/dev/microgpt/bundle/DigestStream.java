package dev.microgpt.bundle;

import dev.microgpt.checkpoint.Sha256;

import java.io.OutputStream;
import java.security.MessageDigest;

/// Finds the size and the digest of what is written to it, and keeps nothing.
final class DigestStream extends OutputStream {

    private final MessageDigest sha256 = Sha256.create();
    private long count;

    @Override
    public void write(int b) {
        sha256.update((byte) b);
        count++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        sha256.update(bytes, offset, length);
        count += length;
    }

    /// Ends the digest.
    BundleManifest.Content content() {
        return new BundleManifest.Content(count, Sha256.digits(sha256));
    }
}
