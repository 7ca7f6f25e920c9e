package dev.microgpt.bundle;

import dev.microgpt.checkpoint.CheckpointFile;
import dev.microgpt.engine.Corpus;
import dev.microgpt.session.query.SessionExport;
import dev.microgpt.wire.Csv;
import dev.microgpt.wire.HistoryReply;
import dev.microgpt.wire.LossesReply;
import dev.microgpt.wire.OptionsReply;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Writes a session as a bundle. Each file is made twice, once for its digest in the manifest, which comes first, so that
/// none is ever whole in memory.
public final class BundleFile {

    /// Writes the content of a file.
    private interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private final SessionExport session;
    private final @Nullable String dataset;
    private final JsonMapper json;
    private final Map<BundleEntry, Content> contents = new EnumMap<>(BundleEntry.class);

    /// @param dataset the bundled dataset whose documents the session has; null for others
    /// @param json writes JSON without closing what it writes to
    BundleFile(SessionExport session, @Nullable String dataset, JsonMapper json)
            throws IOException {
        this.session = session;
        this.dataset = dataset;
        this.json = json;
        CheckpointFile checkpoint = CheckpointFile.of(session.checkpoint());
        Corpus documents = session.checkpoint().documents();
        BundleReadme readme = new BundleReadme(session, dataset);
        byte[] text = readme.text().getBytes(StandardCharsets.UTF_8);
        contents.put(BundleEntry.README, out -> out.write(text));
        contents.put(
                BundleEntry.OPTIONS,
                out ->
                        json.writeValue(
                                out, OptionsReply.withDefaults(session.checkpoint().options())));
        if (documents != null && dataset == null) {
            contents.put(BundleEntry.DOCUMENTS, out -> writeLines(documents, out));
        }
        contents.put(BundleEntry.LOSSES, out -> Csv.write(LossesReply.of(session.losses()), out));
        contents.put(
                BundleEntry.HISTORY,
                out -> json.writeValue(out, HistoryReply.of(session.history())));
        contents.put(BundleEntry.CHECKPOINT, checkpoint::writeTo);
    }

    private static void writeLines(Corpus documents, OutputStream out) throws IOException {
        for (int i = 0; i < documents.size(); i++) {
            out.write((documents.document(i) + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /// Writes the bundle to a stream, which stays open.
    public void writeTo(OutputStream out) throws IOException {
        BundleManifest manifest = manifest();
        ZipOutputStream zip = new ZipOutputStream(out);
        zip.setLevel(Deflater.BEST_SPEED); // weights hardly become smaller
        add(zip, BundleEntry.MANIFEST, file -> json.writeValue(file, manifest));
        for (Map.Entry<BundleEntry, Content> content : contents.entrySet()) {
            add(zip, content.getKey(), content.getValue());
        }
        zip.finish();
    }

    private static void add(ZipOutputStream zip, BundleEntry entry, Content content)
            throws IOException {
        zip.putNextEntry(new ZipEntry(entry.fileName()));
        content.writeTo(zip);
        zip.closeEntry();
    }

    private BundleManifest manifest() throws IOException {
        Map<String, BundleManifest.Content> files = new LinkedHashMap<>();
        for (Map.Entry<BundleEntry, Content> content : contents.entrySet()) {
            DigestStream digest = new DigestStream();
            content.getValue().writeTo(digest);
            files.put(content.getKey().fileName(), digest.content());
        }
        Corpus documents = session.checkpoint().documents();
        return new BundleManifest(
                BundleManifest.FORMAT,
                session.name(),
                session.checkpoint().step(),
                documents == null ? 0 : documents.size(),
                dataset,
                files);
    }
}
