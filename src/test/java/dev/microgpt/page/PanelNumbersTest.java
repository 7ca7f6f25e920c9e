package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.ShownNumbers.column;
import static dev.microgpt.page.ShownNumbers.count;
import static dev.microgpt.page.ShownNumbers.fixed;
import static dev.microgpt.page.ShownNumbers.loss;
import static dev.microgpt.page.ShownNumbers.mean;
import static dev.microgpt.page.ShownNumbers.meanBefore;
import static dev.microgpt.page.ShownNumbers.norm;
import static dev.microgpt.page.ShownNumbers.number;
import static dev.microgpt.page.ShownNumbers.percent;
import static dev.microgpt.page.ShownNumbers.share;
import static dev.microgpt.page.ShownNumbers.signed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import static java.util.stream.Collectors.joining;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Every number that a page shows is the one that the REST API returns for the same session and step: as text,
/// in charts and maps, and in all columns of the files that panels save. A session stands still meanwhile, with
/// a paused run; it is looked at as it is and as it was at a keyframe.
///
/// A new panel fails the test until [#comparisons] has its numbers.
@ServiceTest
@ExtendWith(Chromium.class)
@TestInstance(Lifecycle.PER_CLASS)
final class PanelNumbersTest {

    /// Chromium drops downloads beyond ten a second.
    private static final double DOWNLOAD_PAUSE_MILLIS = 120;

    private static final String NAME = "figures";
    private static final String PAIRS = "figures-pairs";
    private static final String PAIRS_TEXT = "charliealice";
    private static final String FORK = "figures-fork";
    private static final int FORKED_AT = 512;
    private static final int STEERED_AT = 600;
    private static final int LAST = 1301; // more steps than a chart has points
    private static final int KEYFRAME = 64;
    private static final int NOW = -1; // the newest step, in place of a keyframe

    private static final int WINDOW = 100; // steps that losses are averaged over
    private static final String SWEEP = "numbers-sweep";
    private static final int LAYERS = 2;
    private static final int HEADS = 2;
    private static final int HEIGHT = 7000; // px, so that all panels are in sight
    private static final String BOS = "◆";

    /// A high window takes long to draw if it has all pixels.
    private static final JsonObject COARSE =
            JsonParser.parseString(
                            """
                            {"width": %d, "height": %d, "deviceScaleFactor": 0.25, "mobile": false}"""
                                    .formatted(Tab.DESKTOP, HEIGHT))
                    .getAsJsonObject();

    private static final double NAMED_SHARE =
            0.1; // of attention: from here on, a sentence names it
    private static final Map<String, String> HEAD_PARTS =
            Map.of(
                    "previous", "the previous character",
                    "first", "the first position",
                    "itself", "itself");

    private static final Path SCRIPTS = Path.of("src/main/resources/static/js");

    /// Compares what a panel shows of the session with the API.
    @FunctionalInterface
    private interface Comparison {

        /// @param step the keyframe that is looked at, or [#NOW]
        void compare(Locator panel, int step);
    }

    /// The comparisons of all panels, by element.
    private final Map<String, Comparison> comparisons =
            Map.ofEntries(
                    Map.entry("mg-samples-panel", this::compareSamples),
                    Map.entry("mg-attention-panel", this::compareAttention),
                    Map.entry("mg-loss-panel", this::compareLosses),
                    Map.entry("mg-heads-panel", this::compareHeads),
                    Map.entry("mg-probes-panel", this::compareProbes),
                    Map.entry("mg-probabilities-panel", this::compareProbabilities),
                    Map.entry("mg-health-panel", this::compareHealth),
                    Map.entry("mg-network-panel", this::compareNetwork),
                    Map.entry("mg-embeddings-panel", this::compareEmbeddings),
                    Map.entry("mg-mlp-panel", this::compareMlp),
                    Map.entry("mg-parameters-panel", this::compareParameters),
                    Map.entry("mg-steering-panel", this::compareSteering),
                    Map.entry("mg-lab-tokens", (panel, _) -> compareMerges(panel)),
                    Map.entry("mg-tour-tokens", this::compareTokens),
                    Map.entry("mg-tour-losses", this::compareLossesOfAText),
                    Map.entry("mg-tour-writing", this::compareWriting),
                    Map.entry("mg-compare-losses", (panel, _) -> compareLossesOfBoth(panel)),
                    Map.entry("mg-compare-options", (panel, _) -> compareOptions(panel)),
                    Map.entry("mg-compare-texts", (panel, _) -> compareTexts(panel)),
                    Map.entry("mg-compare-forks", (panel, _) -> compareForks(panel)),
                    Map.entry("mg-compare-scores", (panel, _) -> compareScores(panel)),
                    Map.entry("mg-compare-parameters", (panel, _) -> compareWeights(panel)),
                    Map.entry("mg-compare-attention", (panel, _) -> compareAttentionOfBoth(panel)),
                    Map.entry("mg-sweep-trials", (panel, _) -> compareTrials(panel)),
                    Map.entry("mg-sweep-options", (panel, _) -> compareTrialOptions(panel)),
                    Map.entry("mg-sweep-losses", (panel, _) -> compareLossesOfTrials(panel)),
                    Map.entry(
                            "mg-strings-histogram", (panel, _) -> compareHistogramOfTexts(panel)));

    private final Api api;
    private final Browser browser;

    /// What the API has answered, by request: the sessions stand still.
    private final Map<String, JsonNode> answers = new HashMap<>();

    /// The characters of the tokens; the last token has none.
    private List<String> characters = List.of();

    /// The text of the Tour, which stays the same while the page looks at other steps.
    private String tourText = "";

    PanelNumbersTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    @BeforeAll
    void train() {
        Map<String, Object> options = new HashMap<>(Map.of("text", Api.SIX_NAMES));
        options.putAll(Map.of("nEmbd", 8, "nHead", HEADS, "nLayer", LAYERS, "batchSize", 2));
        options.put("numSteps", 3000);
        api.init(NAME, options);
        api.step(NAME, STEERED_AT);
        api.patch("/sessions/" + NAME, Map.of("learningRate", 0.02)).ok();
        api.step(NAME, LAST - 1 - STEERED_AT);
        api.post("/sessions/" + NAME + "/fork", Map.of("name", FORK, "step", FORKED_AT)).ok();
        api.patch("/sessions/" + FORK, Map.of("learningRate", 0.005)).ok();
        api.step(FORK, 800);

        api.post("/sessions/" + NAME + "/runs", Map.of("steps", 2, "stepsPerSecond", 0.01)).ok();
        await().until(() -> run().path("stepsDone").intValue() == 1);
        api.post("/sessions/" + NAME + "/runs/1/pause").ok();
        await().until(() -> run().path("state").stringValue().equals("paused"));
        assertThat(api.view(NAME).path("step").intValue()).isEqualTo(LAST);
        characters =
                get(NAME, "/embeddings")
                        .valueStream()
                        .map(each -> each.path("char").stringValue())
                        .toList();
    }

    private JsonNode run() {
        return api.get("/sessions/" + NAME + "/runs/1").ok();
    }

    // ---- the API

    private JsonNode get(String session, String path) {
        String url = "/sessions/" + session + path;
        return answers.computeIfAbsent(url, _ -> api.get(url).ok());
    }

    private JsonNode view(String session) {
        return get(session, "");
    }

    private double[] losses(String session) {
        return Json.doubles(get(session, "/losses").path("losses"));
    }

    private static String query(int step) {
        return step == NOW ? "" : "?step=" + step;
    }

    private static int shownStep(int step) {
        return step == NOW ? LAST : step;
    }

    private JsonNode post(String session, String path, Map<String, ?> body, int step) {
        Map<String, Object> all = new TreeMap<>(body);
        if (step != NOW) {
            all.put("step", step);
        }
        String url = "/sessions/" + session + path;
        return answers.computeIfAbsent(url + " " + Json.write(all), _ -> api.post(url, all).ok());
    }

    /// Returns the positions of a text.
    private List<JsonNode> inspect(String session, String text, int step) {
        return post(session, "/inspect", Map.of("text", text), step)
                .path("vizData")
                .valueStream()
                .toList();
    }

    private int[] tokens(String text) {
        return Json.ints(post(NAME, "/inspect", Map.of("text", text), NOW).path("tokens"));
    }

    /// Returns the visible character of a token.
    private String symbol(int token) {
        return token == characters.size() - 1 ? BOS : characters.get(token);
    }

    /// Returns the weights that a head gives at each position.
    private static List<double[]> weights(List<JsonNode> trace, int layer, int head) {
        return trace.stream()
                .map(v -> Json.doubles(v.path("attentionWeights").path(layer).path(head)))
                .toList();
    }

    private double[] values(String session, String matrix, String kind, int step) {
        String path = "/parameters/" + matrix + "?kind=" + kind;
        return Json.doubles(
                get(session, path + (step == NOW ? "" : "&step=" + step)).path("values"));
    }

    /// Returns the learning rate of a step, counted from 1.
    private static double learningRate(JsonNode schedule, int step) {
        JsonNode phase =
                schedule.valueStream()
                        .filter(p -> p.path("fromStep").intValue() < step)
                        .reduce((_, next) -> next)
                        .orElseThrow();
        double start = phase.path("learningRate").doubleValue();
        return start * Math.max(0, 1 - (step - 1) / phase.path("numSteps").doubleValue());
    }

    // ---- pages

    private Tab open(String path) {
        Tab tab = Tab.open(browser, api.port()).forOneUse(); // it keeps the metrics
        Page page = tab.page();
        page.setViewportSize(Tab.DESKTOP, HEIGHT);
        page.context().newCDPSession(page).send("Emulation.setDeviceMetricsOverride", COARSE);
        page.navigate(path);
        return tab;
    }

    private static JsonNode ask(Locator element, String expression) {
        return Json.parse(
                (String) element.evaluate("e => JSON.stringify((" + expression + ") ?? null)"));
    }

    /// Returns what a function of the elements returns.
    private static JsonNode askAll(Locator elements, String function) {
        return Json.parse(
                (String) elements.evaluateAll("all => JSON.stringify((" + function + ")(all))"));
    }

    private static List<String> attributes(Locator elements, String name) {
        return Json.strings(
                askAll(elements, "all => all.map((e) => e.getAttribute('%s'))".formatted(name)));
    }

    /// Returns the texts of the cells in each row.
    private static List<List<String>> cells(Locator rows, String cell) {
        String ofRow = "[...row.querySelectorAll('" + cell + "')].map((e) => e.innerText)";
        JsonNode texts = askAll(rows, "rows => rows.map((row) => " + ofRow + ")");
        return texts.valueStream().map(Json::strings).toList();
    }

    /// Returns the elements of the panels on a page.
    private static List<String> panelsOf(Page page) {
        Object found =
                page.evaluate(
                        """
                        () => {
                          const found = [];
                          const walk = (root) => root.querySelectorAll('*').forEach((element) => {
                            if (customElements.get(element.localName)?.heading) {
                              found.push(element.localName);
                            }
                            if (element.shadowRoot) {
                              walk(element.shadowRoot);
                            }
                          });
                          walk(document);
                          return found;
                        }""");
        return Json.strings(Json.parse(Json.write(found)));
    }

    private void compareAll(Page page, int step, String... expected) {
        page.waitForCondition(() -> new TreeSet<>(panelsOf(page)).equals(Set.of(expected)));
        for (String tag : expected) {
            comparison(tag).compare(page.locator(tag), step);
        }
    }

    private Comparison comparison(String tag) {
        return Objects.requireNonNull(comparisons.get(tag), () -> "no comparison of " + tag);
    }

    /// Saves the numbers of a panel as CSV and as JSON, which must be the same; returns the rows without the header.
    private static List<List<String>> saved(Locator panel) {
        List<List<String>> lines =
                savedAs(panel, "CSV").lines().map(PanelNumbersTest::fieldsOf).toList();
        JsonNode json = Json.parse(savedAs(panel, "JSON"));
        assertThat(json.path("panel")).isEqualTo(ask(panel, "e.panelName"));
        assertThat(Json.strings(json.path("columns"))).isEqualTo(lines.getFirst());
        List<List<String>> rows = lines.subList(1, lines.size());
        assertRows(
                rows,
                json.path("rows")
                        .valueStream()
                        .map(row -> row.valueStream().map(PanelNumbersTest::cellOf).toList())
                        .toList());
        return rows;
    }

    /// Returns the fields of a line of CSV.
    private static List<String> fieldsOf(String line) {
        return Arrays.stream(line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1))
                .map(field -> field.replaceAll("^\"|\"$", "").replace("\"\"", "\""))
                .toList();
    }

    private static String savedAs(Locator panel, String format) {
        Locator save =
                panel.locator(
                        ".menu [popover] button", new Locator.LocatorOptions().setHasText(format));
        List<Object> steps = new ArrayList<>();
        String click = "b => { b.click(); return b.getRootNode().host.step; }";
        panel.page().waitForTimeout(DOWNLOAD_PAUSE_MILLIS);
        Download file = panel.page().waitForDownload(() -> steps.add(save.evaluate(click)));
        assertThat(file.suggestedFilename())
                .endsWith("-" + steps.getFirst() + "." + format.toLowerCase(Locale.ROOT));
        try {
            return Files.readString(file.path());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns a value of a saved JSON file as a text, or as a Double if it is not whole.
    private static Object cellOf(JsonNode value) {
        if (value.isNumber()) {
            return value.isIntegralNumber() ? value.toString() : (Object) value.doubleValue();
        }
        return value.isNull() ? "" : value.asString();
    }

    /// Compares rows with texts, or with numbers that are given in full.
    private static void assertRows(List<List<String>> rows, List<List<Object>> expected) {
        assertThat(rows).hasSameSizeAs(expected);
        for (int i = 0; i < rows.size(); i++) {
            List<String> row = rows.get(i);
            assertThat(row).as("row %d", i).hasSameSizeAs(expected.get(i));
            for (int j = 0; j < row.size(); j++) {
                if (expected.get(i).get(j) instanceof Double value) {
                    assertThat(Double.parseDouble(row.get(j)))
                            .as("row %d, column %d", i, j)
                            .isEqualTo(value, within(1e-9 * Math.abs(value) + 1e-12));
                } else {
                    assertThat(row.get(j))
                            .as("row %d, column %d", i, j)
                            .isEqualTo(expected.get(i).get(j).toString());
                }
            }
        }
    }

    private static String documentOf(Locator panel) {
        return panel.locator(".subject q").getAttribute("title");
    }

    /// Waits until a panel that inspects a document shows a step.
    private static void awaitDocument(Locator panel, int step) {
        assertThat(panel.locator(".subject .number")).hasText("step " + count(shownStep(step)));
        assertThat(ask(panel, "e.step").intValue()).isEqualTo(shownStep(step));
    }

    private static List<String> readsOf(String document) {
        List<String> reads = new ArrayList<>(List.of(BOS));
        document.chars().forEach(c -> reads.add(Character.toString(c)));
        return reads;
    }

    // ---- tests

    @Test
    void everyPanelIsCompared() throws IOException {
        Pattern panel = Pattern.compile("extends (?:Document)?Panel \\{");
        Pattern element = Pattern.compile("customElements\\.define\\('([^']+)'");
        Set<String> panels = new TreeSet<>();
        try (Stream<Path> files = Files.walk(SCRIPTS)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".js")).toList()) {
                String source = Files.readString(file);
                if (panel.matcher(source).find()) {
                    element.matcher(source).results().forEach(m -> panels.add(m.group(1)));
                }
            }
        }
        assertThat(comparisons.keySet()).containsExactlyInAnyOrderElementsOf(panels);
    }

    @ParameterizedTest
    @ValueSource(ints = {NOW, KEYFRAME})
    void theLivePage(int step) {
        try (Tab tab = open("/s/" + NAME + (step == NOW ? "" : "?at=" + step))) {
            Page page = tab.page();
            compareHead(page, step);
            compareAll(
                    page,
                    step,
                    "mg-samples-panel",
                    "mg-attention-panel",
                    "mg-loss-panel",
                    "mg-heads-panel",
                    "mg-probes-panel",
                    "mg-probabilities-panel",
                    "mg-health-panel",
                    "mg-network-panel",
                    "mg-embeddings-panel",
                    "mg-mlp-panel",
                    "mg-parameters-panel",
                    "mg-steering-panel");
        }
    }

    private static String firstWord(String text) {
        return text.substring(0, text.indexOf(' '));
    }

    private void compareHead(Page page, int step) {
        JsonNode view = view(NAME);
        Locator facts = page.locator("mg-live-page .facts span");
        List<String> expected = new ArrayList<>();
        for (String fact : List.of("numParams", "numDocs", "vocabSize")) {
            expected.add(count(view.path(fact).intValue()));
        }
        assertThat(page.locator(".badge dd").first()).hasText(count(LAST));
        assertThat(
                        facts.allInnerTexts().stream()
                                .limit(3)
                                .map(PanelNumbersTest::firstWord)
                                .toList())
                .isEqualTo(expected);
        Locator progress = page.locator("mg-training-controls [role=progressbar]");
        assertThat(progress).hasAttribute("aria-valuenow", "50");
        assertThat(page.locator("mg-training-controls .progress p"))
                .hasText(Pattern.compile("^1 of 2 "));

        Locator timeline = page.locator("mg-timeline");
        assertThat(timeline.locator("[role=slider]"))
                .hasAttribute("aria-valuenow", Integer.toString(shownStep(step)));
        assertThat(timeline.locator("[role=slider]"))
                .hasAttribute("aria-valuemax", Integer.toString(LAST));
        List<Integer> keyframes =
                get(NAME, "/keyframes")
                        .path("steps")
                        .valueStream()
                        .map(JsonNode::intValue)
                        .toList();
        String stops = timeline.locator(".stops").getAttribute("d");
        assertThat(stops.split("M")).hasSize(keyframes.size() + 1);
        double position = Math.log1p(KEYFRAME / 8.) / Math.log1p(LAST / 8.);
        assertThat(stops).contains("M" + fixed(1000 * position, 1) + " ");
        List<String> marks = attributes(timeline.locator(".mark"), "aria-label");
        assertThat(marks)
                .anyMatch(mark -> mark.contains(" " + STEERED_AT) && mark.contains("0.02"));
        assertThat(marks).anyMatch(mark -> mark.contains(" " + count(LAST)));
    }

    /// More steps than the chart has points.
    @Test
    void averagesOfAZoomedChartAreThoseOfSingleSteps() {
        double[] losses = losses(NAME);
        try (Tab tab = Tab.open(browser, api.port())) {
            tab.page().navigate("/s/" + NAME + "?last=1200&ema=1");
            Locator panel = tab.page().locator("mg-loss-panel");
            assertThat(panel.locator(".legend strong").first()).hasText(loss(losses[LAST - 1]));
            tab.page()
                    .waitForCondition(() -> ask(panel, "e.table().rows.length").intValue() == 600);
            for (List<String> row : saved(panel)) {
                assertThat(Double.parseDouble(row.get(5)))
                        .isEqualTo(losses[Integer.parseInt(row.get(1)) - 1], within(1e-9));
            }
        }
    }

    // ---- panels of the Live page

    private void compareSamples(Locator panel, int step) {
        List<JsonNode> samples =
                get(NAME, "/history")
                        .path("samples")
                        .valueStream()
                        .filter(sample -> sample.path("step").intValue() <= shownStep(step))
                        .toList();
        List<String> newest =
                samples.reversed().stream().map(s -> count(s.path("step").intValue())).toList();
        assertThat(panel.locator(".list button")).hasText(newest.toArray(String[]::new));
        assertThat(panel.locator(".list .text"))
                .hasText(
                        samples.reversed().stream()
                                .map(sample -> sample.path("text").stringValue())
                                .map(text -> text.isEmpty() ? "(empty)" : text)
                                .toArray(String[]::new));
        List<List<Object>> rows = new ArrayList<>();
        for (JsonNode sample : samples) {
            rows.add(
                    List.of(
                            sample.path("step").intValue(),
                            sample.path("learningRate").doubleValue(),
                            sample.path("text").stringValue(),
                            sample.path("known").booleanValue() ? "yes" : "no"));
        }
        assertRows(saved(panel), rows);

        panel.locator("form button.primary").click();
        assertThat(panel.locator(".written [role=status]"))
                .containsText("step " + count(shownStep(step)) + ".");
        Map<String, Integer> times = new LinkedHashMap<>();
        texts(NAME, Map.of("seed", 1, "temperature", 0.5, "count", 6), step)
                .forEach(text -> times.merge(text, 1, Integer::sum));
        assertThat(panel.locator(".written ul .text"))
                .hasText(times.keySet().toArray(String[]::new));
        assertThat(panel.locator(".written .row > .hint"))
                .containsText(Pattern.compile("^" + times.size() + " "));
        List<String> written = panel.locator(".written li").allInnerTexts();
        int i = 0;
        for (int n : times.values()) {
            String row = written.get(i++);
            assertThat(row.contains(" times")).as(row).isEqualTo(n > 1);
            assertThat(row).contains(n > 1 ? n + " times" : "");
        }
    }

    private List<String> texts(String session, Map<String, ?> options, int step) {
        return post(session, "/generate", options, step)
                .path("samples")
                .valueStream()
                .map(sample -> sample.path("text").stringValue())
                .toList();
    }

    private void compareAttention(Locator panel, int step) {
        awaitDocument(panel, step);
        String document = documentOf(panel);
        List<JsonNode> trace = inspect(NAME, document, step);
        List<String> reads = readsOf(document);
        List<List<Object>> rows = new ArrayList<>();
        List<String> patterns = new ArrayList<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            for (int head = 0; head < HEADS; head++) {
                List<double[]> weights = weights(trace, layer, head);
                for (int t = 0; t < trace.size(); t++) {
                    List<Object> row =
                            new ArrayList<>(List.of(layer + 1, head + 1, t, reads.get(t)));
                    for (int s = 0; s < trace.size(); s++) {
                        row.add(s > t ? "" : (Object) weights.get(t)[s]);
                    }
                    rows.add(row);
                }
                double pattern = strongestPattern(weights);
                if (pattern > 0.5) {
                    patterns.add(fixed(pattern, 2));
                }
            }
        }
        assertRows(saved(panel), rows);
        assertThat(panel.locator(".map .weight").allInnerTexts()).isEqualTo(patterns);

        int looked = ask(panel, "e.looked ?? e.positions.length - 1").intValue();
        double strongest =
                IntStream.range(0, HEADS)
                        .mapToDouble(
                                head ->
                                        Arrays.stream(weights(trace, 0, head).get(looked))
                                                .max()
                                                .orElseThrow())
                        .max()
                        .orElseThrow();
        assertThat(panel.locator("p.caption")).hasText(endsWith(": " + number(strongest)));
    }

    private static Pattern endsWith(String text) {
        return Pattern.compile(text.replaceAll("[.+]", "\\\\$0") + "$");
    }

    /// Returns the largest mean weight that positions from 2 on give to the one before, the first, or themselves.
    private static double strongestPattern(List<double[]> weights) {
        double[] sums = new double[3];
        for (int t = 2; t < weights.size(); t++) {
            sums[0] += weights.get(t)[t - 1];
            sums[1] += weights.get(t)[0];
            sums[2] += weights.get(t)[t];
        }
        return Arrays.stream(sums).max().orElseThrow() / (weights.size() - 2);
    }

    private void compareLosses(Locator panel, int step) {
        double[] losses = losses(NAME);
        JsonNode schedule = get(NAME, "/history").path("schedule");
        JsonNode baselines = get(NAME, "/baselines");
        Locator legend = panel.locator(".legend");
        assertThat(legend.locator("strong"))
                .hasText(
                        new String[] {
                            loss(meanBefore(losses, shownStep(step), WINDOW)),
                            number(learningRate(schedule, shownStep(step)))
                        });
        for (String name : List.of("uniform", "unigram", "bigram")) {
            assertThat(legend)
                    .containsText(name + " " + fixed(baselines.path(name).doubleValue(), 2));
        }
        if (step != NOW) {
            assertThat(legend).containsText("as of step " + count(step));
        }
        List<List<Object>> rows = new ArrayList<>();
        List<List<String>> saved = saved(panel);
        for (List<String> row : saved) {
            int from = Integer.parseInt(row.get(0));
            int to = Integer.parseInt(row.get(1));
            assertThat(from).isEqualTo(rows.isEmpty() ? 1 : (int) rows.getLast().get(1) + 1);
            double[] part = Arrays.copyOfRange(losses, from - 1, to);
            rows.add(
                    List.of(
                            from,
                            to,
                            Arrays.stream(part).min().orElseThrow(),
                            mean(part),
                            Arrays.stream(part).max().orElseThrow(),
                            meanBefore(losses, to, WINDOW),
                            learningRate(schedule, to)));
        }
        assertThat(rows.getLast().get(1)).isEqualTo(LAST);
        assertRows(saved, rows);
        compareLossChart(panel, losses, schedule, baselines);
    }

    private void compareHeads(Locator panel, int step) {
        JsonNode measured = get(NAME, "/heads" + query(step));
        assertThat(panel.locator(".note"))
                .containsText(
                        "step %s, over %s positions of %s documents"
                                .formatted(
                                        count(shownStep(step)),
                                        count(measured.path("positions").intValue()),
                                        count(measured.path("documents").intValue())));
        Locator sentences = panel.locator("li p");
        assertThat(sentences).hasCount(LAYERS * HEADS);
        List<List<Object>> rows = new ArrayList<>();
        for (JsonNode head : measured.path("heads")) {
            JsonNode attention = head.path("attention");
            HEAD_PARTS.forEach(
                    (part, words) -> {
                        double share = attention.path(part).doubleValue();
                        if (share >= NAMED_SHARE) {
                            assertThat(sentences.nth(rows.size()))
                                    .containsText(Math.round(100 * share) + "% on " + words);
                        }
                    });
            rows.add(
                    shares(
                            head.path("layer").intValue() + 1,
                            head.path("head").intValue() + 1,
                            attention));
        }
        rows.add(shares("even attention", "", measured.path("even")));
        assertRows(saved(panel), rows);
    }

    /// Returns a row of the table of heads.
    private static List<Object> shares(Object layer, Object head, JsonNode attention) {
        List<Object> row = new ArrayList<>(List.of(layer, head));
        double earlier = 1;
        for (String part : List.of("previous", "first", "itself")) {
            double share = attention.path(part).doubleValue();
            earlier -= share;
            row.add(share);
        }
        row.add(Math.max(0, earlier));
        for (String part : List.of("sameCharacter", "vowels", "consonants", "entropy")) {
            row.add(attention.path(part).doubleValue());
        }
        return row;
    }

    private void compareProbes(Locator panel, int step) {
        List<Map<String, String>> probes =
                List.of(
                        Map.of("kind", "match", "pattern", "[aeiou]$"),
                        Map.of("kind", "length"),
                        Map.of("kind", "known"));
        JsonNode measured =
                post(
                        NAME,
                        "/probes",
                        Map.of("probes", probes, "samples", 100, "keyframes", 40),
                        NOW);
        int[] steps = Json.ints(measured.path("steps"));
        List<double[]> values =
                measured.path("probes")
                        .valueStream()
                        .map(probe -> Json.doubles(probe.path("values")))
                        .toList();
        int shown = steps.length - 1;
        while (steps[shown] > shownStep(step)) {
            shown--;
        }
        assertThat(panel.locator(".legend strong"))
                .hasText(
                        new String[] {
                            Math.round(100 * values.get(0)[shown]) + "%",
                            fixed(values.get(1)[shown], 2),
                            Math.round(100 * values.get(2)[shown]) + "%"
                        });
        if (step != NOW) {
            assertThat(panel.locator(".past")).hasText("Values at step " + count(steps[shown]));
        }
        List<List<Object>> rows = new ArrayList<>();
        for (int i = 0; i < steps.length; i++) {
            List<Object> row = new ArrayList<>(List.of(steps[i]));
            for (double[] curve : values) {
                row.add(curve[i]);
            }
            rows.add(row);
        }
        double vowels = measured.path("probes").path(0).path("documents").doubleValue();
        double length = measured.path("probes").path(1).path("documents").doubleValue();
        assertThat(panel.locator(".legend"))
                .containsText("documents: " + Math.round(100 * vowels) + "%");
        assertThat(panel.locator(".legend")).containsText("documents: " + fixed(length, 2));
        rows.add(List.of("documents", vowels, length, ""));
        assertRows(saved(panel), rows);
    }

    private void compareLossChart(
            Locator panel, double[] losses, JsonNode schedule, JsonNode baselines) {
        Locator chart = panel.locator("mg-chart");
        assertThat(chart.locator("[aria-label]"))
                .hasAttribute("aria-label", Pattern.compile(" " + count(LAST) + ":"));
        String lines =
                "e.chart?.getOption()?.series?.find(({ id }) => id === 'base')?.markLine.data.length";
        panel.page().waitForCondition(() -> ask(chart, "(" + lines + ") === 3").booleanValue());
        JsonNode series =
                ask(
                        chart,
                        "Object.fromEntries(e.chart.getOption().series.map(({ id, data, markLine }) =>"
                                + " [id, id === 'base' ? markLine.data.map(({ yAxis }) => yAxis) : data]))");
        int start = 1;
        for (int i = 0; i < series.path("mean").size(); i++) {
            double middle = series.path("mean").path(i).path(0).doubleValue();
            int end = (int) (2 * middle) - start;
            double[] part = Arrays.copyOfRange(losses, start - 1, end);
            double[] expected = {
                mean(part),
                Arrays.stream(part).min().orElseThrow(),
                Arrays.stream(part).max().orElseThrow(),
                meanBefore(losses, end, WINDOW)
            };
            double[] drawn = {
                series.path("mean").path(i).path(1).doubleValue(),
                series.path("band").path(i).path(1).doubleValue(),
                series.path("band").path(i).path(2).doubleValue(),
                series.path("average").path(i).path(1).doubleValue()
            };
            assertThat(drawn).as("point %d", i).containsExactly(expected, within(1e-9));
            start = end + 1;
        }
        assertThat(start).isEqualTo(LAST + 1);
        assertThat(Json.doubles(series.path("base")))
                .containsExactly(
                        Stream.of("uniform", "unigram", "bigram")
                                .mapToDouble(name -> baselines.path(name).doubleValue())
                                .toArray());
        for (JsonNode point : series.path("rate")) {
            assertThat(point.path(1).doubleValue())
                    .isEqualTo(learningRate(schedule, point.path(0).intValue()), within(1e-12));
        }
    }

    private void compareProbabilities(Locator panel, int step) {
        awaitDocument(panel, step);
        String document = documentOf(panel);
        int[] tokens = tokens(document);
        List<String> reads = readsOf(document);
        List<double[]> probs =
                inspect(NAME, document, step).stream()
                        .map(v -> Json.doubles(v.path("probs")))
                        .toList();
        List<List<Object>> rows = new ArrayList<>();
        double[] losses = new double[probs.size()];
        for (int t = 0; t < losses.length; t++) {
            boolean isEnd = t + 1 == reads.size();
            int next = isEnd ? tokens[0] : tokens[t + 1];
            losses[t] = -Math.log(probs.get(t)[next]);
            List<Object> row =
                    new ArrayList<>(
                            List.of(t, reads.get(t), isEnd ? BOS : reads.get(t + 1), losses[t]));
            Arrays.stream(probs.get(t)).forEach(row::add);
            rows.add(row);
        }
        assertRows(saved(panel), rows);
        double[] scored =
                Json.doubles(
                        post(NAME, "/score", Map.of("texts", List.of(document)), step)
                                .at("/scores/0/surprisals"));
        assertThat(losses).containsExactly(scored, within(1e-4));
        assertThat(panel.locator(".foot .caption")).containsText(number(mean(losses), 4));
        assertThat(panel.locator(".map canvas"))
                .hasAttribute(
                        "aria-label",
                        Pattern.compile(" " + number(mean(losses)).replace(".", "\\.") + "\\. "));

        int looked = ask(panel, "e.looked ?? e.positions.length - 1").intValue();
        double[] likeliest = probs.get(looked).clone();
        Arrays.sort(likeliest);
        List<String> bars = panel.locator(".bars li > span:last-child").allInnerTexts();
        for (int i = 0; i < 7; i++) { // the last may be the one that comes next
            double p = likeliest[likeliest.length - 1 - i];
            assertThat(bars.get(i)).isEqualTo(p < 0.0005 ? "<0.1%" : percent(p));
        }
    }

    /// The health that REST tells of a step by the weights before and after it.
    private void compareHealth(Locator panel, int step) {
        assertThat(panel.locator(".note")).containsText("step " + count(shownStep(step)));
        String before = NAME + "-before-" + shownStep(step);
        Map<String, Object> fork = Map.of("name", before, "step", shownStep(step) - 1);
        api.post("/sessions/" + NAME + "/fork", fork).ok();
        List<JsonNode> matrices = get(NAME, "/parameters").path("matrices").valueStream().toList();
        List<List<String>> saved = saved(panel);
        List<List<String>> shown = cells(panel.locator("tbody tr"), "td:not(.bar)");
        List<Double> gradients = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < matrices.size(); i++) {
            String name = matrices.get(i).path("name").stringValue();
            double[] weights = values(NAME, name, "weight", step);
            double[] earlier = values(before, name, "weight", NOW);
            double[] update =
                    IntStream.range(0, weights.length)
                            .mapToDouble(k -> weights[k] - earlier[k])
                            .toArray();
            double gradient = norm(values(NAME, name, "gradient", step));
            double ratio = norm(update) / norm(earlier);
            List<String> row = saved.get(i);
            assertThat(row.get(0)).isEqualTo(name);
            assertThat(Double.parseDouble(row.get(1)))
                    .as(name)
                    .isEqualTo(gradient, within(1e-6 * gradient));
            assertThat(Double.parseDouble(row.get(2)))
                    .as(name)
                    .isEqualTo(ratio, within(2e-3 * ratio));
            assertThat(Double.parseDouble(row.get(3)))
                    .as(name)
                    .isEqualTo(norm(weights), within(1e-6 * norm(weights)));
            assertThat(shown.get(i).getLast()).isEqualTo(number(norm(weights), 3));
            gradients.add(gradient);
            ratios.add(Double.parseDouble(row.get(2)));
        }
        assertThat(shown.stream().map(row -> row.get(0)).toList()).isEqualTo(column(gradients));
        assertThat(shown.stream().map(row -> row.get(1)).toList()).isEqualTo(column(ratios));
        api.delete("/sessions/" + before).ok();

        List<JsonNode> inspected = inspect(NAME, ask(panel, "e.trace.doc").stringValue(), step);
        for (int layer = 0; layer < LAYERS; layer++) {
            double unused = unusedUnits(inspected, layer);
            assertThat(Double.parseDouble(saved.get(matrices.size() + layer).getLast()))
                    .isEqualTo(unused);
            assertThat(panel.locator(".layers li > span:last-child").nth(layer))
                    .hasText(Math.round(100 * unused) + "%");
        }
    }

    private static double unusedUnits(List<JsonNode> trace, int layer) {
        List<double[]> units = units(trace, layer);
        int size = units.getFirst().length;
        long unused =
                IntStream.range(0, size)
                        .filter(unit -> units.stream().allMatch(values -> values[unit] <= 0))
                        .count();
        return (double) unused / size;
    }

    private static List<double[]> units(List<JsonNode> trace, int layer) {
        return trace.stream().map(v -> Json.doubles(v.path("mlpActivations").path(layer))).toList();
    }

    private void compareNetwork(Locator panel, int step) {
        awaitDocument(panel, step);
        int looked = ask(panel, "e.looked ?? e.positions.length - 1").intValue();
        JsonNode trace = inspect(NAME, documentOf(panel), step).get(looked);
        List<double[]> blocks = new ArrayList<>();
        blocks.add(Json.doubles(trace.path("embedding")));
        for (int layer = 0; layer < LAYERS; layer++) {
            for (int head = 0; head < HEADS; head++) {
                blocks.add(Json.doubles(trace.path("attentionWeights").path(layer).path(head)));
            }
            double[] units = Json.doubles(trace.path("mlpActivations").path(layer));
            blocks.add(units);
            blocks.add(Arrays.stream(units).map(x -> Math.max(0, x)).toArray());
        }
        double[] probs = Json.doubles(trace.path("probs"));
        double[] logits =
                Arrays.stream(probs).map(p -> Math.log(Math.max(p, Double.MIN_VALUE))).toArray();
        blocks.add(Arrays.stream(logits).map(logit -> logit - mean(logits)).toArray());
        blocks.add(probs);
        List<List<Object>> rows = new ArrayList<>();
        for (double[] block : blocks) {
            for (int i = 0; i < block.length; i++) {
                rows.add(List.of(i, block[i]));
            }
        }
        assertRows(withoutNames(saved(panel)), rows);
        double[] likeliest = probs.clone();
        Arrays.sort(likeliest);
        assertThat(panel.locator(".numbers td:last-child"))
                .hasText(
                        IntStream.rangeClosed(1, probs.length)
                                .mapToObj(i -> number(likeliest[probs.length - i], 4))
                                .toArray(String[]::new));
        panel.locator("[data-block='sum']").click();
        int token = ask(panel, "e.positions[" + looked + "].readId").intValue();
        double[] embedding =
                Json.doubles(get(NAME, "/embeddings" + query(step)).path(token).path("embedding"));
        double[] position = Json.doubles(get(NAME, "/positions" + query(step)).path(looked));
        assertThat(panel.locator(".numbers td:last-child"))
                .hasText(
                        IntStream.range(0, embedding.length)
                                .mapToObj(i -> number(embedding[i] + position[i], 4))
                                .toArray(String[]::new));
        panel.locator("[data-block='probs']").click();
    }

    private static List<List<String>> withoutNames(List<List<String>> rows) {
        return rows.stream().map(row -> row.subList(row.size() - 2, row.size())).toList();
    }

    private void compareEmbeddings(Locator panel, int step) {
        assertThat(panel.locator(".facts")).containsText("step " + count(shownStep(step)));
        List<JsonNode> all = get(NAME, "/embeddings" + query(step)).valueStream().toList();
        List<double[]> rows = all.stream().map(e -> Json.doubles(e.path("embedding"))).toList();
        List<List<String>> saved = saved(panel);
        assertThat(saved).hasSize(all.size() - 1); // without BOS
        double seen = 0;
        for (int i = 0; i < saved.size(); i++) {
            List<String> row = saved.get(i);
            assertThat(row.get(0)).isEqualTo(all.get(i).path("char").stringValue());
            int nearest = nearest(rows, i);
            assertThat(row.get(3))
                    .isEqualTo(
                            nearest == rows.size() - 1
                                    ? "BOS"
                                    : all.get(nearest).path("char").stringValue());
            assertThat(Double.parseDouble(row.get(4)))
                    .isEqualTo(ShownNumbers.cosine(rows.get(i), rows.get(nearest)), within(1e-9));
            seen += Math.pow(Double.parseDouble(row.get(1)), 2);
            seen += Math.pow(Double.parseDouble(row.get(2)), 2);
        }
        double[][] centred = centred(rows.subList(0, saved.size()));
        double total = Arrays.stream(centred).mapToDouble(row -> norm(row) * norm(row)).sum();
        assertThat(seen).isEqualTo(varianceOfTwoAxes(centred), within(1e-3 * total));
        assertThat(panel.locator(".facts strong")).hasText(Math.round(100 * seen / total) + "%");
        assertThat(panel.locator(".facts"))
                .containsText(Pattern.compile(saved.size() + "\\s+vectors of 8 numbers"));

        Locator map = panel.locator("mg-scatter [role=application]");
        map.press("Home");
        List<String> similar = panel.locator(".neighbours li span").allInnerTexts();
        double[] cosines =
                IntStream.range(1, rows.size())
                        .mapToDouble(i -> ShownNumbers.cosine(rows.get(0), rows.get(i)))
                        .sorted()
                        .toArray();
        for (int i = 0; i < similar.size(); i++) {
            double cosine = cosines[cosines.length - 1 - i];
            assertThat(similar.get(i)).isEqualTo(fixed(cosine, 2).replace('-', '−'));
        }
    }

    private static int nearest(List<double[]> rows, int row) {
        return IntStream.range(0, rows.size())
                .filter(i -> i != row)
                .boxed()
                .max(
                        Comparator.comparingDouble(
                                i -> ShownNumbers.cosine(rows.get(row), rows.get(i))))
                .orElseThrow();
    }

    private static double[][] centred(List<double[]> rows) {
        int width = rows.getFirst().length;
        double[] centre =
                IntStream.range(0, width)
                        .mapToDouble(
                                i ->
                                        rows.stream()
                                                .mapToDouble(row -> row[i])
                                                .average()
                                                .orElseThrow())
                        .toArray();
        return rows.stream()
                .map(
                        row ->
                                IntStream.range(0, width)
                                        .mapToDouble(i -> row[i] - centre[i])
                                        .toArray())
                .toArray(double[][]::new);
    }

    /// Returns the largest sum of squares that rows can have along two directions, by power iteration.
    private static double varianceOfTwoAxes(double[][] rows) {
        double sum = 0;
        double[][] rest = Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
        for (int axis = 0; axis < 2; axis++) {
            double[] direction =
                    IntStream.range(0, rows[0].length).mapToDouble(i -> Math.cos(i + 1)).toArray();
            double square = 0;
            for (int round = 0; round < 2000; round++) {
                double[] next = new double[direction.length];
                double length = norm(direction);
                square = 0;
                for (double[] row : rest) {
                    double along = dot(row, direction) / length;
                    square += along * along;
                    for (int i = 0; i < next.length; i++) {
                        next[i] += along * row[i];
                    }
                }
                direction = next;
            }
            sum += square;
            double length = norm(direction);
            for (double[] row : rest) {
                double along = dot(row, direction) / length;
                for (int i = 0; i < row.length; i++) {
                    row[i] -= along * direction[i] / length;
                }
            }
        }
        return sum;
    }

    private static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }

    private void compareMlp(Locator panel, int step) {
        assertThat(panel.locator(".facts .text")).containsText("step " + count(shownStep(step)));
        assertThat(panel.locator(".legend")).containsText("in 32 texts");
        String document = ask(panel, "e.trace.doc").stringValue();
        List<double[]> units = units(inspect(NAME, document, step), 0);
        UnitOutputs outputs = new UnitOutputs();
        Map<String, Object> options = Map.of("seed", 1, "temperature", 1, "count", 32, "viz", true);
        for (JsonNode sample : post(NAME, "/generate", options, step).path("samples")) {
            outputs.add(
                    readsOf(sample.path("text").stringValue()),
                    units(sample.path("vizData").valueStream().toList(), 0));
        }
        int size = units.getFirst().length;
        List<List<Object>> rows = new ArrayList<>();
        for (int unit = 0; unit < size; unit++) {
            List<Object> row = new ArrayList<>(List.of(unit));
            for (double[] values : units) {
                row.add(values[unit]);
            }
            row.add(outputs.isDead(unit) ? "yes" : "no");
            row.add(
                    String.join(
                            " ",
                            outputs.strongest(unit).stream().limit(3).map(Entry::getKey).toList()));
            rows.add(row);
        }
        assertRows(saved(panel), rows);
        long above = units.stream().flatMapToDouble(Arrays::stream).filter(x -> x > 0).count();
        assertThat(panel.locator(".facts strong"))
                .hasText(Math.round(100. * above / (size * units.size())) + "%");
        long dead = IntStream.range(0, size).filter(outputs::isDead).count();
        assertThat(panel.locator(".legend")).containsText(dead + " of " + size + " units");
        double[] drawn = Json.doubles(ask(panel.locator("mg-heatmap"), "[...e.values]"));
        assertThat(drawn).containsExactly(units.stream().flatMapToDouble(Arrays::stream).toArray());

        panel.locator("mg-heatmap [role=application]").press("Home");
        assertThat(panel.locator(".unit .value")).hasText(signed(units.getFirst()[0], 4));
        assertThat(panel.locator(".unit li span"))
                .hasText(
                        outputs.strongest(0).stream()
                                .limit(8)
                                .map(output -> number(output.getValue()))
                                .toArray(String[]::new));
    }

    /// The mean outputs of units after each character, over the newest occurrences of it.
    private static final class UnitOutputs {

        private static final int MOST = 64;

        private final Map<String, float[]> means = new LinkedHashMap<>();
        private final Map<String, Integer> counts = new HashMap<>();

        void add(List<String> reads, List<double[]> positions) {
            for (int t = 0; t < positions.size(); t++) {
                double[] units = positions.get(t);
                String read = reads.get(t).equals(BOS) ? "BOS" : reads.get(t);
                float[] mean = means.computeIfAbsent(read, _ -> new float[units.length]);
                double weight = 1. / Math.min(MOST, counts.merge(read, 1, Integer::sum));
                for (int i = 0; i < units.length; i++) {
                    mean[i] = (float) (mean[i] + (Math.max(0, units[i]) - mean[i]) * weight);
                }
            }
        }

        boolean isDead(int unit) {
            return means.values().stream().allMatch(mean -> mean[unit] == 0);
        }

        List<Entry<String, Double>> strongest(int unit) {
            return means.entrySet().stream()
                    .filter(mean -> mean.getValue()[unit] > 0)
                    .map(mean -> Map.entry(mean.getKey(), (double) mean.getValue()[unit]))
                    .sorted(Entry.<String, Double>comparingByValue().reversed())
                    .toList();
        }
    }

    private void compareParameters(Locator panel, int step) {
        Locator captions = panel.locator("figcaption span");
        String[] steps = new String[4];
        Arrays.fill(steps, "step " + count(shownStep(step)));
        assertThat(captions).hasText(steps);
        String matrix = ask(panel, "e.matrix ?? 'wte'").stringValue();
        List<double[]> kinds =
                Stream.of("weight", "gradient", "m", "v")
                        .map(kind -> values(NAME, matrix, kind, step))
                        .toList();
        int columns = 8;
        int size = kinds.getFirst().length;
        List<List<Object>> rows = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int character = i / columns;
            List<Object> row = new ArrayList<>();
            row.add(character == characters.size() - 1 ? "BOS" : characters.get(character));
            row.add(i % columns);
            for (double[] values : kinds) {
                row.add(values[i]);
            }
            rows.add(row);
        }
        assertRows(saved(panel), rows);
        assertThat(panel.locator(".facts"))
                .containsText(count(size / columns) + " rows of " + columns);
        for (int kind = 0; kind < kinds.size(); kind++) {
            Locator map = panel.locator(".maps mg-heatmap").nth(kind);
            assertThat(Json.doubles(ask(map, "[...e.values]"))).containsExactly(kinds.get(kind));
            Locator bar = panel.locator(".maps mg-scale-bar").nth(kind);
            double high = ask(bar, "e.high").doubleValue();
            double extreme = ShownNumbers.mostExtreme(kinds.get(kind));
            List<String> ends = bar.locator("span").allInnerTexts();
            assertThat(ends.get(1)).isEqualTo(signed(high, 2));
            assertThat(ends.get(0)).isEqualTo(kind == 3 ? "0" : signed(-high, 2));
            assertThat(Math.abs(extreme) > high).isEqualTo(ends.size() == 3);
            if (ends.size() == 3) {
                assertThat(ends.get(2)).endsWith(" " + signed(extreme, 2));
            }
        }
        compareHistogram(panel, matrix, size);
    }

    private void compareHistogram(Locator panel, String matrix, int size) {
        int bins = 480;
        JsonNode all = get(NAME, "/parameters/" + matrix + "/histograms?bins=" + bins);
        double from = all.path("from").doubleValue();
        double width = (all.path("to").doubleValue() - from) / bins;
        Locator map = panel.locator(".history mg-heatmap [role=application]");
        map.press("End");
        map.press("PageDown");
        map.press("ArrowDown");
        map.press("ArrowDown");
        String words = panel.locator(".history .readout").innerText().replace(",", "");
        List<String> numbers =
                Pattern.compile("-?[0-9][0-9.e-]*")
                        .matcher(words)
                        .results()
                        .map(m -> m.group())
                        .toList();
        assertThat(numbers.get(2)).as(words).isEqualTo(Integer.toString(size));
        List<String> steps = all.path("steps").valueStream().map(JsonNode::toString).toList();
        int column = steps.indexOf(numbers.get(0));
        int[] counts = Json.ints(all.path("counts").path(column));
        long expected = 0;
        for (int bin = 0; bin < bins; bin++) {
            double middle = from + (bin + 0.5) * width;
            if (middle > Double.parseDouble(numbers.get(3))
                    && middle < Double.parseDouble(numbers.get(4))) {
                expected += counts[bin];
            }
        }
        assertThat(numbers.get(1)).as(words).isEqualTo(Long.toString(expected));
    }

    private void compareSteering(Locator panel, int step) {
        panel.page().keyboard().press("Escape");
        panel.page().keyboard().press("s");
        JsonNode options = view(NAME).path("options");
        JsonNode schedule = get(NAME, "/history").path("schedule");
        double next = get(NAME, "/anatomy").path("learningRate").doubleValue();
        assertThat(panel.locator(".now strong").first()).hasText(number(next));
        assertThat(panel.locator(".now strong").nth(1))
                .hasText(Pattern.compile("^" + count(3000 - LAST) + " .* 3,000$"));
        if (step != NOW) {
            assertThat(panel.locator(".now strong").nth(2))
                    .hasText(number(learningRate(schedule, step)));
            double rate = get(NAME, "/anatomy?step=" + step).path("learningRate").doubleValue();
            assertThat(learningRate(schedule, step + 1)).isEqualTo(rate, within(1e-15));
        }
        for (String option : List.of("learningRate", "numSteps", "batchSize")) {
            assertThat(Double.parseDouble(panel.locator("[name=" + option + "]").inputValue()))
                    .isEqualTo(options.path(option).doubleValue());
        }
        panel.page().keyboard().press("Escape");
    }

    // ---- the Lab

    @ParameterizedTest
    @ValueSource(ints = {NOW, KEYFRAME})
    void theLab(int step) {
        JsonNode anatomy = get(NAME, "/anatomy" + query(step));
        String text = anatomy.path("docs").path(0).stringValue();
        try (Tab tab =
                open("/s/" + NAME + "/lab?text=" + text + (step == NOW ? "" : "&at=" + step))) {
            Page page = tab.page();
            compareSurprisals(page, text, step);
            compareAll(
                    page,
                    step,
                    "mg-attention-panel",
                    "mg-probabilities-panel",
                    "mg-network-panel",
                    "mg-embeddings-panel",
                    "mg-mlp-panel");
            compareBlocks(page.locator("mg-network-panel"), step);
            page.locator("#text").fill("c");
            compareContinuation(page, "c", step);
            page.locator("#text").blur();
            page.keyboard().press("t");
            compareAnatomy(page, anatomy, step);
        }
    }

    @Test
    void theLabOfBytePairs() {
        api.init(
                PAIRS,
                Map.of("text", Api.SIX_NAMES, "tokenizer", "bpe", "vocabSize", 264, "nEmbd", 8));
        try (Tab tab = open("/s/" + PAIRS + "/lab?text=" + PAIRS_TEXT)) {
            comparison("mg-lab-tokens").compare(tab.page().locator("mg-lab-tokens"), NOW);
        }
        api.delete("/sessions/" + PAIRS);
    }

    private void compareMerges(Locator panel) {
        JsonNode reply = post(PAIRS, "/tokenize", Map.of("text", PAIRS_TEXT, "steps", true), NOW);
        Map<Integer, String> texts = new HashMap<>();
        PAIRS_TEXT.chars().forEach(c -> texts.put(c, Character.toString(c)));
        List<List<Object>> rows = new ArrayList<>();
        for (JsonNode step : reply.path("steps")) {
            int id = step.path("id").intValue();
            texts.put(id, step.path("text").stringValue());
            rows.add(
                    List.of(
                            rows.size() + 1,
                            texts.getOrDefault(step.path("left").intValue(), ""),
                            texts.getOrDefault(step.path("right").intValue(), ""),
                            id,
                            texts.getOrDefault(id, ""),
                            step.path("at").size()));
        }
        assertThat(panel.locator("li span"))
                .hasText(
                        reply.path("tokens")
                                .valueStream()
                                .map(token -> token.path("id").asString())
                                .toArray(String[]::new));
        assertThat(rows).isNotEmpty();
        assertRows(saved(panel), rows);
    }

    private void compareSurprisals(Page page, String text, int step) {
        JsonNode score = post(NAME, "/score", Map.of("texts", List.of(text)), step).at("/scores/0");
        double[] surprisals = Json.doubles(score.path("surprisals"));
        assertThat(page.locator("mg-surprise .nats"))
                .hasText(
                        Arrays.stream(surprisals)
                                .mapToObj(nats -> fixed(nats, 2))
                                .toArray(String[]::new));
        List<String> sums = page.locator("mg-surprise p strong").allInnerTexts();
        assertThat(sums.subList(0, 4))
                .containsExactly(
                        loss(-score.path("logLikelihood").doubleValue()),
                        loss(mean(surprisals)),
                        loss(score.path("perplexity").doubleValue()),
                        loss(score.path("bitsPerCharacter").doubleValue()));
        List<String> titles = attributes(page.locator("mg-surprise button"), "title");
        for (int i = 0; i < surprisals.length; i++) {
            assertThat(titles.get(i)).endsWith(" " + percent(Math.exp(-surprisals[i])));
        }
    }

    private void compareContinuation(Page page, String prompt, int step) {
        Map<String, Object> options =
                Map.of("prompt", prompt, "temperature", 0.5, "seed", 1, "viz", true);
        JsonNode sample = post(NAME, "/generate", options, step).at("/samples/0");
        String written = sample.path("text").stringValue().substring(prompt.length());
        Locator marks = page.locator("mg-continuation mark");
        assertThat(page.locator("mg-continuation .given")).hasText(prompt);
        assertThat(marks).hasText(written.split(""));
        List<String> titles = attributes(marks, "title");
        for (int i = 0; i < written.length(); i++) {
            int position = i + prompt.length();
            int token = characters.indexOf(written.substring(i, i + 1));
            double p =
                    sample.path("vizData").path(position).path("probs").path(token).doubleValue();
            assertThat(titles.get(i)).endsWith(" " + percent(p));
        }
    }

    /// The blocks of the network are those that the API computes in one training step of the same document. The
    /// panel has loaded the parameters that it needs for them.
    private void compareBlocks(Locator panel, int step) {
        JsonNode anatomy = get(NAME, "/anatomy?document=0" + query(step).replace('?', '&'));
        Map<String, double[]> last = new HashMap<>();
        for (JsonNode tensor : anatomy.path("tensors")) {
            JsonNode values = tensor.path("values");
            last.put(
                    tensor.path("name").stringValue(),
                    Json.doubles(values.path(values.size() - 1)));
        }
        Map<String, String> blocks =
                new LinkedHashMap<>(Map.of("sum", "embedded", "norm", "embedding"));
        for (int layer = 0; layer < LAYERS; layer++) {
            String prefix = "layer" + layer + ".";
            Map.of(
                            "norm1", "attn_norm",
                            "attn_wq", "attn_q",
                            "attn_wk", "attn_k",
                            "attn_wv", "attn_v",
                            "head1", "head1.weights",
                            "attn_wo", "attn_proj",
                            "add1", "attn_residual",
                            "norm2", "mlp_norm",
                            "mlp_fc2", "mlp_proj",
                            "add2", "mlp_residual")
                    .forEach((block, tensor) -> blocks.put(prefix + block, prefix + tensor));
        }
        Object numbers =
                panel.evaluate(
                        """
                        async (panel, blocks) => {
                          const shown = {};
                          const find = (block) => panel.renderRoot.querySelector(`[data-block='${block}']`);
                          for (const block of blocks) {
                            find(block).dispatchEvent(new MouseEvent('click', { bubbles: true }));
                            for (let i = 0; i < 100 && find(block).ariaPressed !== 'true'; i++) {
                              await panel.updateComplete;
                            }
                            const cells = panel.renderRoot.querySelectorAll('.numbers td:last-child');
                            shown[block] = [...cells].map((cell) => cell.innerText);
                          }
                          return JSON.stringify(shown);
                        }""",
                        List.copyOf(blocks.keySet()));
        JsonNode shown = Json.parse((String) numbers);
        blocks.forEach(
                (block, tensor) -> {
                    double[] expected = Objects.requireNonNull(last.get(tensor), tensor);
                    List<String> texts = Json.strings(shown.path(block));
                    assertThat(texts).as(block).hasSameSizeAs(expected);
                    double scale = Math.abs(ShownNumbers.mostExtreme(expected));
                    for (int i = 0; i < expected.length; i++) {
                        assertThat(Double.parseDouble(texts.get(i)))
                                .as("%s %d", block, i)
                                .isEqualTo(
                                        expected[i],
                                        within(6e-4 * Math.abs(expected[i]) + 1e-5 * scale));
                    }
                });
    }

    /// Walks through all frames of a training step.
    private void compareAnatomy(Page page, JsonNode anatomy, int step) {
        Locator view = page.locator("mg-anatomy");
        assertThat(view.locator("h2")).containsText(count(shownStep(step) + 1));
        List<String> ids = new ArrayList<>();
        int[] tokens = Json.ints(anatomy.path("tokens"));
        for (int i = 0; i < tokens.length - 1; i++) {
            ids.add(Integer.toString(tokens[i]));
        }
        assertThat(view.locator(".tokens span")).hasText(ids.toArray(String[]::new));
        Locator facts = view.locator(".facts span");
        JsonNode agreement = anatomy.path("agreement");
        List<String> contained =
                List.of(
                        count(shownStep(step)),
                        count(anatomy.path("numNodes").intValue()),
                        fixed(agreement.path("scalarLoss").doubleValue(), 9),
                        number(100 * agreement.path("gradientDifference").doubleValue(), 2) + "%");
        for (int i = 0; i < contained.size(); i++) {
            assertThat(facts.nth(i)).containsText(contained.get(i));
        }
        assertThat(facts.nth(2)).containsText(fixed(agreement.path("tensorLoss").doubleValue(), 9));

        Object frames =
                view.evaluate(
                        """
                        async (anatomy) => {
                          const seen = [];
                          for (let i = 0; i < anatomy.frames.length; i++) {
                            const { name } = anatomy.frame;
                            while (name !== null && name !== 'losses' && anatomy.tensor?.name !== name) {
                              await new Promise((done) => setTimeout(done, 5));
                            }
                            await anatomy.updateComplete;
                            const maps = [...anatomy.renderRoot.querySelectorAll('mg-heatmap')];
                            seen.push({
                              ...anatomy.frame,
                              caption: anatomy.renderRoot.querySelector('.caption').innerText,
                              maps: maps.map(({ values }) => Array.from(values).filter((x) => !Number.isNaN(x))),
                              losses: [...anatomy.renderRoot.querySelectorAll('td')].map(({ innerText }) => innerText),
                            });
                            anatomy.move(1);
                          }
                          return JSON.stringify(seen);
                        }""");
        Map<String, JsonNode> tensors = new HashMap<>();
        for (JsonNode tensor : anatomy.path("tensors")) {
            tensors.put(tensor.path("name").stringValue(), tensor);
        }
        for (JsonNode frame : Json.parse((String) frames)) {
            String name = frame.path("name").isNull() ? "" : frame.path("name").stringValue();
            if (!name.isEmpty()) {
                compareFrame(
                        frame,
                        tensors.computeIfAbsent(
                                name, _ -> get(NAME, "/anatomy/tensors/" + name + query(step))),
                        anatomy.path("learningRate").doubleValue());
            }
        }
    }

    private static void compareFrame(JsonNode frame, JsonNode tensor, double learningRate) {
        String name = tensor.path("name").stringValue();
        String caption = frame.path("caption").stringValue();
        double[] values = Json.flat(tensor.path("values"));
        double[] gradients = Json.flat(tensor.path("gradients"));
        List<double[]> maps = frame.path("maps").valueStream().map(Json::doubles).toList();
        switch (frame.path("stage").stringValue()) {
            case "forward" -> {
                assertThat(maps).usingRecursiveComparison().as(name).isEqualTo(List.of(values));
                assertThat(caption)
                        .contains(" " + signed(ShownNumbers.mostExtreme(values), 3) + ",");
            }
            case "loss" -> {
                double worst = Arrays.stream(values).max().orElseThrow();
                double best = Arrays.stream(values).min().orElseThrow();
                assertThat(caption)
                        .contains(
                                number(Math.exp(-worst)) + " = " + number(worst, 4),
                                number(best, 4),
                                number(mean(values), 5) + ".");
                List<String> cells = Json.strings(frame.path("losses"));
                for (int t = 0; t < values.length; t++) {
                    assertThat(cells.subList(5 * t + 3, 5 * t + 5))
                            .containsExactly(percent(Math.exp(-values[t])), loss(values[t]));
                }
                assertThat(cells.getLast()).isEqualTo(loss(mean(values)));
            }
            case "backward" -> {
                assertThat(maps)
                        .usingRecursiveComparison()
                        .as(name)
                        .isEqualTo(List.of(values, gradients));
                double extreme = ShownNumbers.mostExtreme(gradients);
                if (extreme != 0) {
                    assertThat(caption)
                            .contains(
                                    number(Math.abs(extreme) / 1000),
                                    " " + signed(extreme, 3) + ")");
                }
            }
            default -> {
                double[] after = Json.flat(tensor.path("after"));
                double[] change =
                        IntStream.range(0, after.length)
                                .mapToDouble(i -> after[i] - values[i])
                                .toArray();
                assertThat(maps)
                        .usingRecursiveComparison()
                        .as(name)
                        .isEqualTo(List.of(values, gradients, change));
                double extreme = ShownNumbers.mostExtreme(change);
                int place =
                        IntStream.range(0, change.length)
                                .filter(i -> change[i] == extreme)
                                .findFirst()
                                .orElseThrow();
                assertThat(caption)
                        .contains(
                                " " + number(learningRate) + ".",
                                signed(values[place], 3) + " to " + signed(after[place], 3),
                                signed(gradients[place], 3) + ".");
            }
        }
    }

    // ---- the Tour

    @Test
    void theTour() {
        try (Tab tab = open("/s/" + NAME + "/tour?stop=1")) {
            Page page = tab.page();
            assertThat(page.locator(".asof")).containsText(count(LAST) + ".");
            tourText = ask(page.locator("mg-tour-page"), "e.facts.doc").stringValue();
            compareTour(page, NOW);
            page.locator(".stops a[data-stop='1']").click();
            page.locator("mg-tour-page").evaluate("(e, step) => e.live.viewAt(step)", KEYFRAME);
            compareTour(page, KEYFRAME);
        }
    }

    private void compareTour(Page page, int step) {
        List<List<String>> panels =
                List.of(
                        List.of("mg-samples-panel"),
                        List.of("mg-tour-tokens"),
                        List.of("mg-embeddings-panel"),
                        List.of("mg-attention-panel"),
                        List.of("mg-mlp-panel", "mg-network-panel"),
                        List.of("mg-probabilities-panel"),
                        List.of("mg-tour-losses"),
                        List.of("mg-parameters-panel"),
                        List.of("mg-loss-panel"),
                        List.of("mg-tour-writing"));
        List<Map<String, String>> facts = factsOfStops(step);
        for (int stop = 1; stop <= facts.size(); stop++) {
            page.locator(".stops a[data-stop='" + stop + "']").click();
            assertThat(page.locator(".stops a[aria-current=step]"))
                    .hasAttribute("data-stop", Integer.toString(stop));
            assertThat(page.locator(".asof")).containsText(count(shownStep(step)) + ".");
            JsonNode shown =
                    askAll(
                            page.locator("[data-fact]"),
                            "all => Object.fromEntries(all.map((e) => [e.dataset.fact, e.innerText]))");
            assertThat(shown)
                    .as("stop %d", stop)
                    .isEqualTo(Json.parse(Json.write(facts.get(stop - 1))));
            compareAll(page, step, panels.get(stop - 1).toArray(String[]::new));
        }
    }

    private List<Map<String, String>> factsOfStops(int step) {
        JsonNode view = view(NAME);
        int vocabulary = view.path("vocabSize").intValue();
        String parameters = count(view.path("numParams").intValue());
        String document = tourText;
        List<JsonNode> trace = inspect(NAME, document, step);
        int[] tokens = tokens(document);
        List<String> ids =
                Arrays.stream(tokens).limit(trace.size()).mapToObj(Integer::toString).toList();
        List<double[]> vectors =
                get(NAME, "/embeddings" + query(step))
                        .valueStream()
                        .map(e -> Json.doubles(e.path("embedding")))
                        .toList();
        List<double[]> ofCharacters = vectors.subList(0, vocabulary - 1);
        int nearest = nearest(ofCharacters, tokens[1]);
        List<Map<String, String>> facts = new ArrayList<>();
        facts.add(
                Map.of(
                        "documents",
                        "6",
                        "step",
                        count(shownStep(step)) + " steps",
                        "parameters",
                        parameters));
        facts.add(
                Map.of(
                        "characters", count(vocabulary - 1),
                        "bos", count(vocabulary - 1),
                        "tokens", count(vocabulary),
                        "ids", String.join(", ", ids),
                        "blockSize", "16"));
        facts.add(
                Map.of(
                        "nEmbd", "8",
                        "wte", count(vocabulary * 8L),
                        "vector",
                                String.join(
                                        ", ",
                                        Arrays.stream(vectors.get(tokens[1]))
                                                .limit(4)
                                                .mapToObj(x -> signed(x, 3))
                                                .toList()),
                        "nearest", symbol(nearest),
                        "cosine",
                                signed(
                                        ShownNumbers.cosine(
                                                vectors.get(tokens[1]), vectors.get(nearest)),
                                        2)));
        facts.add(strongestLook(trace));
        double[] units = units(trace, 0).getLast();
        int unit = ShownNumbers.indexOfLargest(units);
        facts.add(
                Map.of(
                        "units", "32",
                        "on", Long.toString(Arrays.stream(units).filter(x -> x > 0).count()),
                        "unit", Integer.toString(unit),
                        "unit-value", signed(units[unit], 3),
                        "layers", "2"));
        int middle = trace.size() / 2;
        double[] probs = Json.doubles(trace.get(middle).path("probs"));
        double[] likeliest = probs.clone();
        Arrays.sort(likeliest);
        int best = ShownNumbers.indexOfLargest(probs);
        int last = probs.length - 1;
        facts.add(
                Map.of(
                        "top-1", share(likeliest[last]),
                        "top-2", share(likeliest[last - 1]),
                        "top-3", share(likeliest[last - 2]),
                        "cold", share(ShownNumbers.atTemperature(probs, 0.5)[best]),
                        "plain", share(probs[best]),
                        "hot", share(ShownNumbers.atTemperature(probs, 2)[best])));
        double[] losses = lossesOf(trace, tokens);
        JsonNode baselines = get(NAME, "/baselines");
        facts.add(
                Map.of(
                        "p", number(Math.exp(-losses[middle]), 4),
                        "loss", loss(losses[middle]),
                        "mean", loss(mean(losses)),
                        "uniform", loss(baselines.path("uniform").doubleValue()),
                        "unigram", loss(baselines.path("unigram").doubleValue())));
        facts.add(factsOfTheStep(step, parameters));
        double[] all = losses(NAME);
        facts.add(
                Map.of(
                        "first", loss(all[0]),
                        "recent", loss(meanBefore(all, shownStep(step), WINDOW))));
        facts.add(Map.of("parameters", parameters));
        return facts;
    }

    private static double[] lossesOf(List<JsonNode> trace, int[] tokens) {
        return IntStream.range(0, trace.size())
                .mapToDouble(
                        t -> {
                            int next = t + 1 < tokens.length ? tokens[t + 1] : tokens[0];
                            return -Math.log(trace.get(t).path("probs").path(next).doubleValue());
                        })
                .toArray();
    }

    private static Map<String, String> strongestLook(List<JsonNode> trace) {
        Map<String, String> strongest = new HashMap<>();
        double most = 0;
        for (int t = 2; t < trace.size(); t++) {
            for (int layer = 0; layer < LAYERS; layer++) {
                for (int head = 0; head < HEADS; head++) {
                    double[] weights = weights(trace, layer, head).get(t);
                    for (int s = 0; s < t; s++) {
                        if (weights[s] > most) {
                            most = weights[s];
                            strongest.put("looks", Integer.toString(t));
                            strongest.put("head", Integer.toString(head + 1));
                            strongest.put("at", Integer.toString(s));
                            strongest.put("weight", fixed(most, 3));
                            strongest.put("heads", Integer.toString(HEADS));
                        }
                    }
                }
            }
        }
        return strongest;
    }

    private Map<String, String> factsOfTheStep(int step, String parameters) {
        JsonNode anatomy = get(NAME, "/anatomy" + query(step));
        JsonNode head = get(NAME, "/anatomy/tensors/lm_head" + query(step));
        double[] gradients = Json.flat(head.path("gradients"));
        double extreme = ShownNumbers.mostExtreme(gradients);
        int place =
                IntStream.range(0, gradients.length)
                        .filter(i -> gradients[i] == extreme)
                        .findFirst()
                        .orElseThrow();
        return Map.of(
                "step-loss", loss(anatomy.path("loss").doubleValue()),
                "parameters", parameters,
                "trains", count(shownStep(step) + 1),
                "value", signed(Json.flat(head.path("values"))[place], 6),
                "gradient", signed(extreme, 4),
                "m", signed(Json.flat(head.path("m"))[place], 3),
                "v", signed(Json.flat(head.path("v"))[place], 3),
                "rate", number(anatomy.path("learningRate").doubleValue(), 4),
                "after", signed(Json.flat(head.path("after"))[place], 6));
    }

    private void compareTokens(Locator panel, int step) {
        String document = tourText;
        List<String> ids = new ArrayList<>();
        int[] tokens = tokens(document);
        Arrays.stream(tokens).forEach(token -> ids.add(Integer.toString(token)));
        if (tokens.length == document.length() + 1) {
            ids.add(Integer.toString(tokens[0])); // the end
        }
        assertThat(panel.locator(".text span")).hasText(ids.toArray(String[]::new));
        List<List<Object>> rows = new ArrayList<>();
        for (int token = 0; token < characters.size(); token++) {
            rows.add(List.of(token, symbol(token)));
        }
        assertRows(saved(panel), rows);
    }

    private void compareLossesOfAText(Locator panel, int step) {
        String document = tourText;
        double[] losses = lossesOf(inspect(NAME, document, step), tokens(document));
        List<String> reads = readsOf(document);
        List<List<Object>> rows = new ArrayList<>();
        List<String> shown = new ArrayList<>();
        for (int t = 0; t < losses.length; t++) {
            String next = t + 1 == reads.size() ? BOS : reads.get(t + 1);
            rows.add(List.of(t, next, Math.exp(-losses[t]), losses[t]));
            shown.add(number(Math.exp(-losses[t]), 4));
            shown.add(loss(losses[t]));
        }
        assertRows(saved(panel), rows);
        assertThat(panel.locator("tbody td:nth-child(n+3)")).hasText(shown.toArray(String[]::new));
        assertThat(panel.locator("tfoot td").last()).hasText(loss(mean(losses)));
        JsonNode drawn =
                ask(
                        panel.locator("mg-chart"),
                        "e.option.series.find(({ id }) => id === 'predictions').data.map((point) => point[1])");
        assertThat(Json.doubles(drawn)).containsExactly(losses, within(1e-9));
    }

    private void compareWriting(Locator panel, int step) {
        double[] probs = Json.doubles(inspect(NAME, "", step).getLast().path("probs"));
        double[] drawn = ShownNumbers.atTemperature(probs, 0.5);
        assertThat(panel.locator(".bars li")).hasCount(10);
        List<List<Object>> rows = new ArrayList<>();
        for (int token = 0; token < probs.length; token++) {
            rows.add(List.of(token, symbol(token), probs[token], drawn[token]));
        }
        assertRows(saved(panel), rows);
        Arrays.sort(drawn);
        assertThat(panel.locator(".bars li > span:last-child"))
                .hasText(
                        IntStream.rangeClosed(1, 10)
                                .mapToObj(i -> share(drawn[drawn.length - i]))
                                .toArray(String[]::new));
    }

    // ---- Compare

    @Test
    void theComparePage() {
        try (Tab tab = open("/compare?s=" + FORK + "," + NAME + "&text=emma")) {
            Page page = tab.page();
            Locator cards = page.locator("mg-compare-picker li .what p");
            assertThat(cards)
                    .hasText(new String[] {"step " + count(lastOf(FORK)), "step " + count(LAST)});
            compareAll(
                    page,
                    NOW,
                    "mg-compare-losses",
                    "mg-compare-options",
                    "mg-compare-texts",
                    "mg-compare-forks",
                    "mg-compare-scores",
                    "mg-compare-parameters",
                    "mg-compare-attention");
            page.navigate("/compare?s=" + FORK + "," + NAME + "&axis=documents&ema=1");
            compareDocumentsSeen(page.locator("mg-compare-losses"));
        }
    }

    // ---- Sweep

    @Test
    void theSweepPage() {
        Map<String, ?> grid = Map.of("learningRate", List.of(0.001, 0.1), "seed", List.of(1, 2));
        api.startSweep(SWEEP, grid, 40);
        await().until(() -> api.get("/sweeps/" + SWEEP).ok().has("endedAt"));
        try (Tab tab = open("/sweeps/" + SWEEP)) {
            assertThat(tab.page().locator("mg-sweep-losses .legend li")).hasCount(4);
            compareAll(tab.page(), NOW, "mg-sweep-trials", "mg-sweep-options", "mg-sweep-losses");
        }
    }

    private List<JsonNode> trials() {
        return api.get("/sweeps/" + SWEEP).ok().path("trials").valueStream().toList();
    }

    private static String lossOf(JsonNode trial, String field) {
        return loss(trial.path(field).doubleValue());
    }

    private void compareTrials(Locator panel) {
        List<List<Object>> rows = new ArrayList<>();
        List<List<String>> shown = new ArrayList<>();
        for (JsonNode trial : trials()) {
            String rank = trial.path("rank").toString();
            String session = trial.path("session").stringValue();
            double rate = trial.at("/options/learningRate").doubleValue();
            String seed = trial.at("/options/seed").toString();
            String training = lossOf(trial, "loss");
            String validation = lossOf(trial, "validationLoss");
            rows.add(
                    List.of(
                            rank,
                            session,
                            trial.path("validationLoss").doubleValue(),
                            rate,
                            seed,
                            trial.path("loss").doubleValue(),
                            40,
                            "completed",
                            ""));
            shown.add(
                    List.of(
                            rank,
                            session,
                            validation,
                            number(rate, 4),
                            seed,
                            training,
                            "40",
                            "completed"));
        }
        List<String> cells = shown.stream().flatMap(List::stream).toList();
        assertThat(panel.locator("tbody td")).hasText(cells.toArray(String[]::new));
        assertRows(saved(panel), rows);
    }

    private void compareTrialOptions(Locator panel) {
        List<List<Object>> rows = new ArrayList<>();
        List<double[]> lines = new ArrayList<>();
        for (JsonNode trial : trials()) {
            double rate = trial.at("/options/learningRate").doubleValue();
            int seed = trial.at("/options/seed").intValue();
            rows.add(
                    List.of(
                            trial.path("session").stringValue(),
                            rate,
                            seed,
                            trial.path("validationLoss").doubleValue()));
            lines.addFirst(new double[] {rate, seed, trial.path("validationLoss").doubleValue()});
        }
        assertRows(saved(panel), rows);
        JsonNode drawn = ask(panel.locator("mg-chart"), "e.chart.getOption().series[0].data");
        assertThat(drawn.valueStream().map(Json::doubles)).containsExactlyElementsOf(lines);
    }

    private void compareLossesOfTrials(Locator panel) {
        List<List<Object>> rows = new ArrayList<>();
        for (JsonNode trial : trials()) {
            String session = trial.path("session").stringValue();
            for (JsonNode bucket : get(session, "/losses?maxPoints=30").path("buckets")) {
                rows.add(
                        List.of(
                                session,
                                "training",
                                bucket.path("to"),
                                bucket.path("mean").doubleValue()));
            }
            for (JsonNode point : get(session, "/validation").path("losses")) {
                rows.add(
                        List.of(
                                session,
                                "validation",
                                point.path("step"),
                                point.path("loss").doubleValue()));
            }
        }
        assertRows(saved(panel), rows);
        assertThat(panel.locator(".legend strong"))
                .hasText(
                        trials().stream()
                                .map(trial -> lossOf(trial, "validationLoss"))
                                .toArray(String[]::new));
    }

    // ---- Strings

    private static final List<String> RANKED = List.of("emma", "bob", "eliee", "kkkk");

    @Test
    void theRankedTexts() {
        String texts = RANKED.stream().map(text -> "&rank=" + text).collect(joining());
        try (Tab tab = open("/s/" + NAME + "/strings?show=rank&ranked=1" + texts)) {
            comparison("mg-strings-histogram")
                    .compare(tab.page().locator("mg-strings-histogram"), NOW);
        }
    }

    private void compareHistogramOfTexts(Locator panel) {
        panel.locator("mg-chart canvas").waitFor();
        double[] bits =
                post(NAME, "/score", Map.of("texts", RANKED), NOW)
                        .path("scores")
                        .valueStream()
                        .mapToDouble(score -> score.path("bitsPerCharacter").doubleValue())
                        .toArray();
        int texts = 0;
        for (List<String> row : saved(panel)) {
            double from = Double.parseDouble(row.get(0));
            double to = Double.parseDouble(row.get(1));
            int count = Integer.parseInt(row.get(2));
            assertThat(Arrays.stream(bits).filter(b -> b >= from && b < to).count())
                    .isEqualTo(count);
            texts += count;
        }
        assertThat(texts).isEqualTo(RANKED.size());
    }

    private int lastOf(String session) {
        return view(session).path("step").intValue();
    }

    private void compareLossesOfBoth(Locator panel) {
        List<String> newest = new ArrayList<>();
        List<List<Object>> rows = new ArrayList<>();
        assertThat(panel.locator(".legend strong")).hasCount(2);
        List<List<String>> saved = saved(panel);
        for (String session : List.of(FORK, NAME)) {
            double[] losses = losses(session);
            newest.add(loss(meanBefore(losses, losses.length, WINDOW)));
            for (List<String> row : saved) {
                if (row.getFirst().equals(session)) {
                    int to = Integer.parseInt(row.get(1));
                    rows.add(List.of(session, to, meanBefore(losses, to, WINDOW)));
                }
            }
            assertThat(rows.getLast().get(1)).isEqualTo(losses.length);
        }
        assertThat(panel.locator(".legend strong")).hasText(newest.toArray(String[]::new));
        assertRows(saved, rows);
    }

    private void compareDocumentsSeen(Locator panel) {
        assertThat(panel.locator(".legend strong")).hasCount(2);
        List<List<Object>> rows = new ArrayList<>();
        List<List<String>> saved = saved(panel);
        for (List<String> row : saved) {
            int to = Integer.parseInt(row.get(1));
            double[] losses = losses(row.getFirst());
            rows.add(List.of(row.getFirst(), to, 2 * to, losses[to - 1]));
        }
        assertRows(saved, rows);
    }

    private void compareOptions(Locator panel) {
        List<JsonNode> views = List.of(view(FORK), view(NAME));
        List<List<String>> same = new ArrayList<>();
        List<List<String>> different = new ArrayList<>();
        Stream<String> options =
                Stream.of(
                                "nEmbd",
                                "nHead",
                                "nLayer",
                                "blockSize",
                                "learningRate",
                                "numSteps",
                                "batchSize",
                                "seed",
                                "engine",
                                "random")
                        .map(option -> "/options/" + option);
        Stream<String> sizes = Stream.of("/numParams", "/numDocs", "/vocabSize", "/step");
        Stream.concat(options, sizes)
                .forEach(
                        pointer -> {
                            boolean isSize = !pointer.startsWith("/options");
                            List<String> row =
                                    views.stream()
                                            .map(view -> view.at(pointer))
                                            .map(
                                                    value ->
                                                            isSize
                                                                    ? count(value.intValue())
                                                                    : value.isString()
                                                                            ? value.stringValue()
                                                                            : number(
                                                                                    value
                                                                                            .doubleValue(),
                                                                                    12))
                                            .toList();
                            (row.get(0).equals(row.get(1)) ? same : different).add(row);
                        });
        different.add(
                Stream.of(FORK, NAME)
                        .map(this::losses)
                        .map(losses -> loss(meanBefore(losses, losses.length, WINDOW)))
                        .toList());
        List<List<String>> expected = new ArrayList<>(different);
        expected.addAll(same);
        assertThat(panel.locator("tbody tr")).hasCount(expected.size());
        List<List<String>> shown = cells(panel.locator("tbody tr"), "td");
        assertThat(shown).isEqualTo(expected);
    }

    private void compareTexts(Locator panel) {
        List<List<Object>> rows = new ArrayList<>();
        for (String session : List.of(FORK, NAME)) {
            Map<String, Object> options =
                    Map.of("prompt", "", "seed", 42, "temperature", 0.5, "count", 5);
            for (String text : texts(session, options, NOW)) {
                rows.add(List.of(session, lastOf(session), text));
            }
        }
        assertThat(panel.locator("section.session li")).hasCount(rows.size());
        assertRows(saved(panel), rows);
    }

    private void compareForks(Locator panel) {
        double[] losses = losses(FORK);
        double[] parents = losses(NAME);
        Locator newest = panel.locator(".newest");
        newest.waitFor();
        List<List<Object>> rows = new ArrayList<>();
        List<List<String>> saved = saved(panel);
        for (List<String> row : saved) {
            int to = Integer.parseInt(row.get(2));
            double[] means =
                    Stream.of(losses, parents)
                            .mapToDouble(
                                    all -> meanBefore(all, to, Math.min(WINDOW, to - FORKED_AT)))
                            .toArray();
            rows.add(List.of(FORK, NAME, to, means[0], means[1], means[0] - means[1]));
        }
        assertThat(rows.getLast().get(2)).isEqualTo(LAST);
        assertRows(saved, rows);
        double own = meanBefore(losses, LAST, WINDOW);
        double others = meanBefore(parents, LAST, WINDOW);
        String words = newest.innerText();
        assertThat(words)
                .contains(loss(Math.abs(own - others)), loss(own), loss(others), count(LAST));
    }

    private void compareScores(Locator panel) {
        List<List<Object>> rows = new ArrayList<>();
        List<String> shown = new ArrayList<>();
        for (String session : List.of(FORK, NAME)) {
            JsonNode score =
                    post(session, "/score", Map.of("texts", List.of("emma")), NOW).at("/scores/0");
            double likelihood = score.path("logLikelihood").doubleValue();
            double perplexity = score.path("perplexity").doubleValue();
            double bits = score.path("bitsPerCharacter").doubleValue();
            rows.add(List.of(session, "emma", likelihood, perplexity, bits));
            shown.add(fixed(likelihood, 4).replace('-', '−'));
            shown.add(fixed(perplexity, 4));
            shown.add(fixed(bits, 4));
        }
        assertThat(panel.locator("tbody td")).hasCount(6);
        assertRows(saved(panel), rows);
        List<String> cells = panel.locator("tbody td").allInnerTexts();
        for (int i = 0; i < cells.size(); i++) {
            assertThat(cells.get(i)).endsWith(shown.get(i));
        }
    }

    private void compareWeights(Locator panel) {
        assertThat(panel.locator(".facts strong")).hasCount(4);
        double[] a = values(FORK, "wte", "weight", NOW);
        double[] b = values(NAME, "wte", "weight", NOW);
        double[] difference = IntStream.range(0, a.length).mapToDouble(i -> a[i] - b[i]).toArray();
        List<List<Object>> rows = new ArrayList<>();
        for (int i = 0; i < a.length; i++) {
            rows.add(List.of(i / 8, i % 8, a[i], b[i], difference[i]));
        }
        assertRows(saved(panel), rows);
        assertThat(panel.locator(".facts strong"))
                .hasText(
                        new String[] {
                            "wte",
                            count(lastOf(FORK)),
                            count(LAST),
                            number(norm(difference) / Math.sqrt(a.length))
                        });
        assertThat(Json.doubles(ask(panel.locator("mg-heatmap"), "[...e.values]")))
                .containsExactly(difference);
    }

    private void compareAttentionOfBoth(Locator panel) {
        panel.locator("mg-heatmap").first().waitFor();
        List<JsonNode> a = inspect(FORK, "emma", NOW);
        List<JsonNode> b = inspect(NAME, "emma", NOW);
        List<List<Object>> rows = new ArrayList<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            for (int head = 0; head < HEADS; head++) {
                for (int t = 0; t < a.size(); t++) {
                    for (int s = 0; s <= t; s++) {
                        double own = weights(a, layer, head).get(t)[s];
                        double other = weights(b, layer, head).get(t)[s];
                        rows.add(List.of(layer + 1, head + 1, t, s, own, other, own - other));
                    }
                }
            }
        }
        assertRows(saved(panel), rows);
    }

    // ---- Sessions

    @Test
    void theCardsOfTheSessions() {
        try (Tab tab = open("/?q=" + NAME)) {
            Page page = tab.page();
            for (String session : List.of(FORK, NAME)) {
                compareCard(Tab.card(page, session), session);
            }
        }
    }

    private void compareCard(Locator card, String session) {
        JsonNode view = view(session);
        double[] losses = losses(session);
        assertThat(card.locator("dd"))
                .hasText(
                        new String[] {
                            count(losses.length),
                            loss(meanBefore(losses, losses.length, WINDOW)),
                            "–"
                        });
        assertThat(card.locator(".options"))
                .containsText(
                        ShownNumbers.number(view.path("numParams").intValue() / 1000., 3) + "K ");
        assertThat(card.locator(".options"))
                .containsText(
                        "learningRate "
                                + number(view.at("/options/learningRate").doubleValue(), 12));
        List<String> texts = texts(session, Map.of("seed", losses.length % 1000, "count", 3), NOW);
        assertThat(card.locator(".samples")).hasText(endsWith(String.join(" · ", texts)));
        for (JsonNode point : ask(card.locator("mg-sparkline"), "e.points")) {
            int from = point.path("from").intValue();
            int to = point.path("to").intValue();
            double[] part = Arrays.copyOfRange(losses, from - 1, to);
            assertThat(point.path("mean").doubleValue())
                    .as("mean of steps %d to %d", from, to)
                    .isEqualTo(mean(part), within(1e-9));
            assertThat(point.path("max").doubleValue())
                    .as("highest of steps %d to %d", from, to)
                    .isEqualTo(Arrays.stream(part).max().orElseThrow());
        }
    }
}
