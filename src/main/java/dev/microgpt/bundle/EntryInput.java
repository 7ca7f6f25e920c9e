package dev.microgpt.bundle;

import dev.microgpt.checkpoint.Sha256;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;

/// The unpacked bytes of one file of a bundle. It limits their number, reserves memory for what is made of them, and
/// finds their digest.
final class EntryInput extends InputStream {

    /// Memory is reserved in parts of this many bytes.
    private static final int PART = 1 << 20;

    private final InputStream in;
    private final BundleEntry entry;
    private final long maxBytes;
    private final int memoryPerByte;
    private final CallContext call;
    private final MessageDigest sha256 = Sha256.create();
    private long count;
    private long reserved;

    /// @param maxBytes largest size of the file
    /// @param memoryPerByte memory that a byte of the file takes once it is read; 0 if nothing remains of it
    EntryInput(
            InputStream in, BundleEntry entry, long maxBytes, int memoryPerByte, CallContext call) {
        this.in = in;
        this.entry = entry;
        this.maxBytes = maxBytes;
        this.memoryPerByte = memoryPerByte;
        this.call = call;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read = in.read(into, offset, length);
        if (read > 0) {
            count += read;
            if (count > maxBytes) {
                throw new SessionException(
                        ErrorCode.TOO_LARGE,
                        "%s of the bundle must not be larger than %d bytes"
                                .formatted(entry.fileName(), maxBytes));
            }
            while (memoryPerByte > 0 && count > reserved) {
                call.reserve((long) PART * memoryPerByte, "the bundle");
                reserved += PART;
            }
            sha256.update(into, offset, read);
        }
        return read;
    }

    /// Reads the rest of the file.
    ///
    /// @return its size and digest
    BundleManifest.Content end() throws IOException {
        long _ = transferTo(OutputStream.nullOutputStream());
        return new BundleManifest.Content(count, Sha256.digits(sha256));
    }
}
