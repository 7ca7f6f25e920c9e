package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The pages of sessions that are built otherwise than microgpt.
@ServiceTest
@ExtendWith(Chromium.class)
final class ArchitecturePageTest {

    private final Api api;
    private final Browser browser;

    ArchitecturePageTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private static JsonNode ask(Locator panel, String expression) {
        return Json.parse(
                Json.write(
                        panel.evaluate(
                                "panel => panel.updateComplete.then(() => (" + expression + "))")));
    }

    private void init(String name, Map<String, ?> architecture) {
        Map<String, Object> body = new HashMap<>(architecture);
        body.put("text", Api.SIX_NAMES);
        body.put("nLayer", 2);
        api.init(name, body);
        api.step(name, 50);
    }

    static List<Map<String, Object>> architectures() {
        return List.of(
                Map.of("preset", "gpt2"),
                Map.of("preset", "llama", "kvHeads", 2),
                Map.of("position", "alibi", "activation", "relu2", "qkNorm", true),
                Map.of("position", "sinusoidal", "activation", "silu", "mlpRatio", 1.5),
                Map.of("position", "none", "embeddingNorm", false, "tied", true));
    }

    /// The page computes what the trace omits, from the parameters.
    @ParameterizedTest
    @MethodSource("architectures")
    void theNetworkShowsWhatTheModelComputes(Map<String, Object> architecture) {
        String name = "built-" + Math.floorMod(architecture.toString().hashCode(), 1_000_000);
        init(name, architecture);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/" + name);
            Locator network = page.locator("mg-network-panel");
            network.scrollIntoViewIfNeeded();
            network.locator("[data-block='layer1.add2']").click();
            assertThat(network.locator("h3")).hasText("Residual, layer 2");
            assertThat(network.locator(".numbers tbody tr")).hasCount(16);
            double[] computed = Json.doubles(ask(network, "panel.computed.outputs.get('probs')"));
            assertThat(computed)
                    .containsExactly(
                            Json.doubles(ask(network, "panel.shown.vizData.at(-1).probs")),
                            within(1e-4));
            for (Locator block : network.locator(".block").all()) {
                block.click();
                assertThat(network.locator(".numbers tbody tr").first()).isVisible();
                assertThat(network.locator("pre")).not().isEmpty();
            }
        }
    }

    @Test
    void theBlocksSayWhatTheyAre() {
        init("llama-blocks", Map.of("preset", "llama", "kvHeads", 2));
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/llama-blocks");
            Locator network = page.locator("mg-network-panel");
            network.scrollIntoViewIfNeeded();
            network.locator("[data-block='layer0.mlp_gate']").click();
            assertThat(network.locator("h3")).hasText("Gate, layer 1");
            network.locator("[data-block='layer0.relu']").click();
            assertThat(network.locator("h3")).hasText("SwiGLU, layer 1");
            network.locator("[data-block='layer0.attn_wk']").click();
            assertThat(network.locator(".details")).containsText("Several heads share it");
            assertThat(network.locator(".numbers tbody tr")).hasCount(8);
            network.locator("[data-block='final_norm']").click();
            assertThat(network.locator("pre")).containsText("g_i x_i");
            assertThat(network.locator("[data-block='wpe']")).hasCount(0);
        }
    }

    @Test
    void theLabExplainsEachTensor() {
        init("llama-lab", Map.of("preset", "llama", "qkNorm", true));
        JsonNode tensors = api.get("/sessions/llama-lab/anatomy").ok().path("tensors");
        assertThat(tensors.valueStream().map(tensor -> tensor.path("name").stringValue()))
                .contains("layer0.attn_q_read", "layer1.mlp_swiglu", "final_norm");
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            for (String tensor : List.of("layer0.attn_q_read", "layer0.mlp_swiglu")) {
                page.navigate("/s/llama-lab/lab?show=step&stage=forward&tensor=" + tensor);
                assertThat(page.locator("mg-anatomy .formula").first())
                        .containsText(tensor + " = ");
            }
            assertThat(page.locator("mg-anatomy .caption"))
                    .containsText("multiplies each hidden unit by its gate");
        }
    }

    @Test
    void theTourSpeaksOfTheModelThatItShows() {
        init("llama-tour", Map.of("preset", "llama", "kvHeads", 1));
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/llama-tour/tour?stop=3");
            assertThat(page.locator("main")).containsText("RoPE");
            page.navigate("/s/llama-tour/tour?stop=5");
            assertThat(page.locator("main")).containsText("SwiGLU");
        }
    }

    @Test
    void aPresetFillsTheFormAndCanBeChanged() {
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/?new=from-form");
            page.getByText("More options").press("Enter");
            page.getByLabel("As in").selectOption("llama");
            assertThat(page.getByLabel("Activation")).hasValue("swiglu");
            assertThat(page.getByLabel("Positions")).hasValue("rope");
            page.getByLabel("Activation").selectOption("gelu");
            page.getByText("Create and train").click();
            page.waitForURL("**/s/from-form");
        }
        JsonNode options = api.get("/sessions/from-form/config").ok();
        assertThat(options.path("activation").stringValue()).isEqualTo("gelu");
        assertThat(options.path("finalNorm").booleanValue()).isTrue();
        assertThat(options.path("embeddingNorm").booleanValue()).isFalse();
        assertThat(options.path("tied").booleanValue()).isFalse();
    }
}
