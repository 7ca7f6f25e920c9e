package dev.microgpt.support;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/// Packs and unpacks ZIP files in memory.
public final class ZipFiles {

    private static final int CHUNK = 1 << 16;

    private ZipFiles() {}

    /// Returns the files by name, in their order.
    public static Map<String, byte[]> unpack(byte[] zip) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                files.put(entry.getName(), in.readAllBytes());
            }
        }
        return files;
    }

    public static byte[] pack(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                out.putNextEntry(new ZipEntry(file.getKey()));
                out.write(file.getValue());
            }
        }
        return bytes.toByteArray();
    }

    /// Returns a ZIP file that has one of the files a second time, under the same name.
    public static byte[] twice(Map<String, byte[]> files, String name) throws IOException {
        String other = "x".repeat(name.length());
        Map<String, byte[]> more = new LinkedHashMap<>(files);
        more.put(other, files.get(name));
        String zip = new String(pack(more), StandardCharsets.ISO_8859_1);
        return zip.replace(other, name).getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Returns a ZIP file with one large file of zeros.
    public static byte[] ofZeros(String name, long size) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            out.putNextEntry(new ZipEntry(name));
            for (long written = 0; written < size; written += CHUNK) {
                out.write(new byte[CHUNK]);
            }
        }
        return bytes.toByteArray();
    }
}
