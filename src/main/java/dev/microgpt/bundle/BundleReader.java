package dev.microgpt.bundle;

import dev.microgpt.checkpoint.CheckpointReader;
import dev.microgpt.checkpoint.InvalidCheckpointException;
import dev.microgpt.engine.Checkpoint;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.wire.HistoryReply;
import dev.microgpt.wire.Problems;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/// Reads a bundle, whose files may be in any order. Each file is read once, within the limit for its size, and nothing of
/// it is used before the whole bundle has been found to be as its manifest says.
final class BundleReader {

    private static final CheckpointReader.Given NOTHING_GIVEN =
            new CheckpointReader.Given(null, null, null);

    /// Memory for a parameter and its two moments.
    private static final int BYTES_PER_PARAMETER = 3 * Double.BYTES;

    private static final int MEMORY_PER_TEXT_BYTE = 6;
    private static final int MEMORY_PER_LOSS_BYTE = 3;
    private static final int MEMORY_PER_JSON_BYTE = 10;

    private final CallContext call;
    private final Limits limits;
    private final JsonMapper json;
    private final Map<BundleEntry, BundleManifest.Content> contents =
            new EnumMap<>(BundleEntry.class);
    private @Nullable BundleManifest manifest;
    private @Nullable Checkpoint checkpoint;
    private LossHistory.@Nullable Segment losses;
    private @Nullable HistoryReply history;

    BundleReader(CallContext call, Limits limits, JsonMapper json) {
        this.call = call;
        this.limits = limits;
        this.json = json;
    }

    /// @param in the whole bundle and nothing else
    /// @throws dev.microgpt.session.admission.SessionException `invalid_bundle` or `too_large`
    /// @throws dev.microgpt.engine.InvalidInputException if an option or the text is out of range
    Bundle read(InputStream in) throws IOException {
        try {
            readFiles(in);
        } catch (ZipException | EOFException e) {
            throw BundleErrors.invalid("the ZIP file is damaged: " + e.getMessage());
        }
        long _ = in.transferTo(OutputStream.nullOutputStream()); // the directory of the ZIP file
        requireComplete();
        return restored();
    }

    private void readFiles(InputStream in) throws IOException {
        ZipInputStream zip = new ZipInputStream(in);
        ZipEntry first = next(zip);
        if (first == null) {
            throw BundleErrors.invalid("the body is not a ZIP file");
        }
        for (ZipEntry file = first; file != null; file = next(zip)) {
            BundleEntry entry = BundleEntry.find(file.getName());
            if (entry == null) {
                throw BundleErrors.invalid(
                        "the bundle has a file '%s', but may only have %s"
                                .formatted(file.getName(), fileNames()));
            }
            if (contents.containsKey(entry)) {
                throw BundleErrors.invalid(entry, "the file is there twice");
            }
            EntryInput input =
                    new EntryInput(zip, entry, entry.maxBytes(limits), memoryPerByte(entry), call);
            read(entry, input);
            contents.put(entry, input.end());
        }
    }

    private static @Nullable ZipEntry next(ZipInputStream zip) throws IOException {
        try {
            return zip.getNextEntry();
        } catch (IllegalArgumentException _) {
            throw BundleErrors.invalid("the name of a file is not UTF-8");
        }
    }

    private static List<String> fileNames() {
        return Arrays.stream(BundleEntry.values()).map(BundleEntry::fileName).toList();
    }

    /// The memory of a checkpoint is reserved when its options are known.
    private static int memoryPerByte(BundleEntry entry) {
        return switch (entry) {
            case README, OPTIONS, DOCUMENTS, CHECKPOINT -> 0;
            case LOSSES -> MEMORY_PER_LOSS_BYTE;
            case HISTORY, MANIFEST -> MEMORY_PER_JSON_BYTE;
        };
    }

    private void read(BundleEntry entry, EntryInput input) throws IOException {
        try {
            switch (entry) {
                case MANIFEST -> manifest = readManifest(input);
                case LOSSES -> losses = LossesCsv.read(input);
                case HISTORY -> history = readHistory(input);
                case CHECKPOINT ->
                        checkpoint =
                                CheckpointReader.read(
                                        input, NOTHING_GIVEN, limits.ofText(), this::admit);
                case README, OPTIONS, DOCUMENTS -> {} // for readers; the checkpoint has the same
            }
        } catch (JacksonException e) {
            throw BundleErrors.invalid(entry, String.valueOf(Problems.of(e).getDetail()));
        } catch (InvalidCheckpointException e) {
            throw BundleErrors.invalid(entry, String.valueOf(e.getMessage()));
        }
    }

    private BundleManifest readManifest(EntryInput input) {
        JsonNode node = json.readTree(input);
        String format = node.path("format").asString("");
        if (!format.equals(BundleManifest.FORMAT)) { // before other differences
            throw BundleErrors.invalid(
                    BundleEntry.MANIFEST,
                    "the format must be '%s', but is '%s'"
                            .formatted(BundleManifest.FORMAT, format));
        }
        return json.treeToValue(node, BundleManifest.class);
    }

    private HistoryReply readHistory(EntryInput input) {
        HistoryReply read = json.readValue(input, HistoryReply.class);
        if (read == null) { // Jackson accepts the JSON null for every type
            throw BundleErrors.invalid(BundleEntry.HISTORY, "it is null");
        }
        return read;
    }

    private void admit(ModelOptions options, int vocabSize, long characters) {
        limits.check(options, vocabSize, characters);
        call.reserve(
                BYTES_PER_PARAMETER * options.numParams(vocabSize)
                        + MEMORY_PER_TEXT_BYTE * characters,
                "the checkpoint");
    }

    /// Checks that the files are those of the manifest.
    private void requireComplete() {
        for (BundleEntry entry : BundleEntry.values()) {
            if (entry.isRequired() && !contents.containsKey(entry)) {
                throw BundleErrors.invalid(entry, "the file is missing");
            }
        }
        Map<String, BundleManifest.Content> files =
                Objects.requireNonNull(manifest, "manifest").files();
        if (files == null) {
            throw BundleErrors.invalid(BundleEntry.MANIFEST, "it lists no files");
        }
        contents.forEach((entry, content) -> requireListed(entry, content, files));
        if (files.size() >= contents.size()) {
            throw BundleErrors.invalid(
                    BundleEntry.MANIFEST,
                    "it lists the files %s, of which some are missing"
                            .formatted(new TreeSet<>(files.keySet())));
        }
    }

    private Bundle restored() {
        Checkpoint model = Objects.requireNonNull(checkpoint, "checkpoint");
        LossHistory.Segment known = Objects.requireNonNull(losses, "losses");
        HistoryReply past = Objects.requireNonNull(history, "history");
        long step = model.step();
        long last = known.losses().length == 0 ? step : known.from() + known.losses().length - 1;
        if (last != step) {
            throw BundleErrors.invalid(
                    BundleEntry.LOSSES,
                    "the last loss is of step %d, but the checkpoint is of step %d"
                            .formatted(last, step));
        }
        LossHistory all = LossHistory.startingAfter(step - known.losses().length);
        for (double loss : known.losses()) {
            all.append(loss);
        }
        return new Bundle(
                new MicroGpt(model, all), new RestoredHistory(past, model.options(), step).state());
    }

    private static void requireListed(
            BundleEntry entry,
            BundleManifest.Content content,
            Map<String, BundleManifest.Content> files) {
        BundleManifest.@Nullable Content listed = files.get(entry.fileName());
        if (entry != BundleEntry.MANIFEST && !content.equals(listed)) {
            throw BundleErrors.invalid(
                    entry,
                    "its size and SHA-256 are %s, but the manifest has %s"
                            .formatted(
                                    content.described(),
                                    listed == null ? "none" : listed.described()));
        }
    }
}
