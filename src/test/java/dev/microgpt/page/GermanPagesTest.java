package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.SelectOption;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The pages in German: for a browser that prefers it, or chosen by hand.
@ServiceTest
@ExtendWith(Chromium.class)
final class GermanPagesTest {

    private static final int NARROW = 360;
    private static final int TALL = 9000; // panels render only once they are visible

    /// Words of texts that are shorter than this occur in other texts as well.
    private static final int LEAST_LENGTH = 12;

    private static final String SESSION = "deutsch";

    /// The texts of a page and of all shadow trees in it, those of attributes included; without messages of the server.
    private static final String TEXTS =
            """
            () => {
              const found = [];
              const visit = (node) => {
                if (node.nodeType === Node.TEXT_NODE) {
                  found.push(node.data);
                  return;
                }
                if (['STYLE', 'SCRIPT', 'NOSCRIPT'].includes(node.nodeName) || node.matches?.('.warnings, [role="alert"]')) return;
                for (const name of ['aria-label', 'title', 'placeholder', 'aria-roledescription', 'aria-valuetext', 'label', 'heading']) {
                  if (node.hasAttribute?.(name)) found.push(node.getAttribute(name));
                }
                if (node.shadowRoot) visit(node.shadowRoot);
                node.childNodes.forEach(visit);
              };
              visit(document.documentElement);
              return found.map((text) => text.replaceAll(/\\s+/g, ' ').trim()).filter((text) => text !== '');
            }""";

    private final Browser browser;
    private final Api api;

    GermanPagesTest(Browser browser, @LocalServerPort int port) {
        this.browser = browser;
        api = new Api(port);
    }

    @BeforeEach
    void makeSession() {
        if (api.get("/sessions/" + SESSION).status() != 200) {
            api.initSixNames(SESSION);
            api.step(SESSION, 30);
        }
    }

    private Tab openGerman() {
        return Tab.openIn(browser, api.port(), "de-DE").expectingErrors();
    }

    static Stream<String> paths() {
        String session = "/s/" + SESSION;
        return Stream.concat(
                Stream.of(
                        "/",
                        "/?new=neu",
                        session,
                        session + "/lab?text=emma",
                        session + "/lab?show=step&stage=adam&tensor=wte&number=200",
                        session + "/lab?show=step&stage=loss&tensor=losses",
                        session + "/strings?drawn=1&count=20&nearest=1",
                        session + "/strings?show=rank",
                        "/s/nobody",
                        "/compare",
                        "/compare?s=" + SESSION + ",names&text=emma",
                        "/sweeps",
                        "/sweeps/nothing",
                        "/nothing"),
                IntStream.rangeClosed(1, 10).mapToObj(stop -> session + "/tour?stop=" + stop));
    }

    @ParameterizedTest
    @MethodSource("paths")
    void pagesHaveNoEnglishTextsAndFitOnAPhone(String path) {
        try (Tab tab = openGerman()) {
            Page page = tab.page();
            page.setViewportSize(Tab.DESKTOP, TALL);
            page.navigate(path);
            awaitLoaded(page);
            assertThat(page.evaluate("() => document.documentElement.lang")).isEqualTo("de");
            page.keyboard().press("?"); // the help
            assertThat(englishIn(page)).isEmpty();

            page.keyboard().press("Escape");
            page.setViewportSize(NARROW, TALL);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(Tab.contentWidth(page)).isEqualTo(NARROW));
            assertThat(seriousViolations(page)).isEmpty();
        }
    }

    private static void awaitLoaded(Page page) {
        page.locator("h1, h2").first().waitFor();
        page.waitForFunction(
                "() => !document.body.innerText.includes('Lädt …') && !document.body.innerText.includes('geladen …')");
    }

    private static List<String> seriousViolations(Page page) {
        return new AxeBuilder(page)
                .setLegacyMode(true).analyze().getViolations().stream()
                        .filter(rule -> List.of("serious", "critical").contains(rule.getImpact()))
                        .map(rule -> rule.getId() + ": " + rule.getNodes())
                        .toList();
    }

    /// The texts of a page that contain words of the English catalogs.
    private static List<String> englishIn(Page page) {
        List<String> english = englishWords();
        return ((List<?>) page.evaluate(TEXTS))
                .stream()
                        .map(String.class::cast)
                        .filter(text -> english.stream().anyMatch(text::contains))
                        .toList();
    }

    /// The pieces of all English texts that do not occur in German ones.
    private static List<String> englishWords() {
        String german = String.join("\n", texts(Catalogs.of("de")).toList());
        TreeSet<String> words = new TreeSet<>();
        texts(Catalogs.of("en"))
                .flatMap(text -> Message.parse(text).words().stream())
                .map(String::strip)
                .filter(piece -> piece.length() >= LEAST_LENGTH && !german.contains(piece))
                .forEach(words::add);
        return List.copyOf(words);
    }

    private static Stream<String> texts(SortedMap<String, SortedMap<String, String>> catalogs) {
        return catalogs.values().stream().flatMap(texts -> texts.values().stream());
    }

    private static Locator heading(Page page, String name) {
        return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName(name));
    }

    @Test
    void aLanguageChosenByHandIsRemembered() {
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/sweeps");
            assertThat(page).hasTitle("Sweeps – microgpt");
            assertThat(heading(page, "New sweep")).isVisible();

            page.getByRole(AriaRole.COMBOBOX, new Page.GetByRoleOptions().setName("Language"))
                    .selectOption(new SelectOption().setLabel("Deutsch"));
            assertThat(heading(page, "Neuer Sweep")).isVisible();

            page.navigate("/compare");
            assertThat(page).hasTitle("Vergleich – microgpt");
            page.getByRole(AriaRole.COMBOBOX, new Page.GetByRoleOptions().setName("Sprache"))
                    .selectOption(new SelectOption().setLabel("English"));
            assertThat(page).hasTitle("Compare – microgpt");
        }
    }

    @Test
    void numbersAreWrittenAndReadInTheLanguageOfThePage() {
        try (Tab tab = openGerman()) {
            Page page = tab.page();
            page.navigate("/");
            Object numbers =
                    page.evaluate(
                            """
                            async () => {
                              const { count, duration, loss, plural, signed, typedNumber } = await import('/js/data/format.js');
                              return [
                                count(32257), loss(2.3084), loss(6.81e19), signed(-1.2e-7), duration(0.4), plural(1, 'step'), plural(2000, 'step'),
                                typedNumber('0,5'), typedNumber('0.5'), typedNumber('1.000'), typedNumber('10.000,5'), typedNumber('x'),
                              ].map(String);
                            }""");
            assertThat(numbers)
                    .isEqualTo(
                            List.of(
                                    "32.257",
                                    "2,3084",
                                    "6,81e19",
                                    "−1,2e−7",
                                    "0,4 s",
                                    "1 Schritt",
                                    "2.000 Schritte",
                                    "0.5",
                                    "0.5",
                                    "1000",
                                    "10000.5",
                                    "NaN"));
        }
    }
}
