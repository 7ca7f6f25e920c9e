package dev.microgpt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOption.IntegerOption;
import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Tests that without configured limits, options whose sizes would overflow are still rejected.
final class LargestOptionsTest {

    private static final int MAX = Integer.MAX_VALUE;

    @Test
    void sizesDoNotOverflow(@TempDir Path data) {
        try (LocalService service =
                LocalService.start(
                        data,
                        "--microgpt.limits.n-embd=" + MAX,
                        "--microgpt.limits.n-layer=" + MAX,
                        "--microgpt.limits.block-size=" + MAX,
                        "--microgpt.limits.batch-size=" + MAX,
                        "--microgpt.limits.parameters=" + Long.MAX_VALUE,
                        "--microgpt.quotas.all.parameters=" + Long.MAX_VALUE,
                        "--microgpt.limits.model-bytes=" + Long.MAX_VALUE)) {
            Api api = service.api();
            for (String engine : List.of("tensor", "scalar")) {
                for (Map<String, ?> options :
                        List.of(
                                Map.of("nEmbd", MAX, "nHead", 1, "nLayer", MAX, "blockSize", MAX),
                                Map.of("nEmbd", 1 << 30, "nHead", 1),
                                Map.of("nEmbd", 1 << 16, "nHead", 1, "nLayer", 1 << 16),
                                Map.of("nEmbd", 1 << 15, "nHead", 1, "blockSize", 1 << 30))) {
                    assertRejected(api, engine, options);
                }
                for (ModelOption option : ModelOption.ALL) {
                    if (option instanceof IntegerOption size && size.max() == MAX) {
                        assertRejected(api, engine, Map.of(size.name(), MAX));
                    }
                }
            }
            api.initSixNames("normal");
            api.step("normal", 1);
        }
    }

    private static void assertRejected(Api api, String engine, Map<String, ?> options) {
        api.delete("/sessions/large");
        Map<String, Object> all = new java.util.HashMap<>(options);
        all.put("engine", engine);
        Reply created = api.post("/sessions/large/init", all);
        assertThat(created.status()).as(options + " " + created).isIn(201, 400, 413);
        if (created.status() == 201) {
            Reply loaded = api.postText("/sessions/large/load", Api.SIX_NAMES);
            assertThat(loaded.status()).as(engine + options + loaded).isIn(400, 413);
            assertThat(loaded.json().path("code").stringValue()).isIn("out_of_range", "too_large");
        }
    }
}
