package dev.microgpt.bundle;

import dev.microgpt.engine.Corpus;
import dev.microgpt.session.Datasets;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.query.SessionExport;

import org.springframework.stereotype.Component;

import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Writes and reads session bundles.
@Component
public final class Bundles {

    private final JsonMapper json;
    private final Limits limits;
    private final Datasets datasets;

    Bundles(JsonMapper json, Limits limits, Datasets datasets) {
        this.json =
                json.rebuild()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .disable(StreamWriteFeature.AUTO_CLOSE_TARGET) // other files follow
                        .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS) // they are lower case
                        .addModule(HistoryReaders.module())
                        .build();
        this.limits = limits;
        this.datasets = datasets;
    }

    /// Returns the bundle of a session.
    public BundleFile file(SessionExport session) throws IOException {
        Corpus documents = session.checkpoint().documents();
        return new BundleFile(session, documents == null ? null : datasets.nameOf(documents), json);
    }

    /// Reads a bundle.
    ///
    /// @param call reserves the memory
    /// @param in the whole bundle and nothing else
    /// @throws dev.microgpt.session.admission.SessionException `invalid_bundle` if it is not a valid bundle;
    ///     `too_large` or `no_memory`
    /// @throws dev.microgpt.engine.InvalidInputException if an option or the text is out of range
    public Bundle read(CallContext call, InputStream in) throws IOException {
        return new BundleReader(call, limits, json).read(in);
    }

    /// Returns the size that no bundle exceeds, packed or not, in bytes.
    public static long maxBytes(Limits limits) {
        return Arrays.stream(BundleEntry.values()).mapToLong(e -> e.maxBytes(limits)).sum();
    }
}
