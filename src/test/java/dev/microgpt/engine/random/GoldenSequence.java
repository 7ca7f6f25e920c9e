package dev.microgpt.engine.random;

import com.fasterxml.jackson.annotation.JsonAlias;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;

/// The numbers that a reference generator draws from one seed. Each sequence is from a new generator.
///
/// @param random the first results of random()
/// @param gauss the first results of gauss(0, 1)
/// @param shuffle the numbers from 0 to 19, shuffled
/// @param choices the first choices among 0 to 3 with the weights [#WEIGHTS]
/// @param getrandbits32 the first results of getrandbits(32); Python only
record GoldenSequence(
        long seed,
        double[] random,
        double[] gauss,
        int[] shuffle,
        @JsonAlias({"weightedChoice_0123_weights_01_02_03_04", "choices_0123_weights_01_02_03_04"})
                int[] choices,
        long @Nullable [] getrandbits32) {

    static final double[] WEIGHTS = {0.1, 0.2, 0.3, 0.4};

    private record File(List<GoldenSequence> rng) {}

    static List<GoldenSequence> ofMicrogptJs() throws IOException {
        return read("/golden/microgptjs.json");
    }

    static List<GoldenSequence> ofPython() throws IOException {
        return read("/golden/microgpt-py.json");
    }

    private static List<GoldenSequence> read(String resource) throws IOException {
        try (InputStream json = GoldenSequence.class.getResourceAsStream(resource)) {
            return JsonMapper.shared()
                    .readValue(Objects.requireNonNull(json, resource), File.class)
                    .rng();
        }
    }

    @Override
    public String toString() {
        return "seed " + seed;
    }
}
