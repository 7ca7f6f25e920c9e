package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The page that draws texts into a file and ranks lists.
@ServiceTest
@ExtendWith(Chromium.class)
final class StringsPageTest {

    private static final List<String> NAMES = Api.SIX_NAMES.lines().toList();

    private final Api api;
    private final Browser browser;

    StringsPageTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private Tab open() {
        return Tab.open(browser, api.port());
    }

    private void train(String name) {
        api.initSixNames(name);
        api.step(name, 200);
    }

    private static Locator drawn(Page page) {
        return page.locator("mg-draw-texts");
    }

    private static Locator ranked(Page page) {
        return page.locator("mg-rank-texts");
    }

    private static Locator rows(Locator part) {
        return part.locator("tr.row");
    }

    /// Returns the cells of a column in the rows that are rendered.
    private static List<String> column(Locator part, int number) {
        return rows(part).locator("td:nth-child(" + number + ")").allTextContents();
    }

    private static Locator heading(Locator part, String name) {
        return part.getByRole(AriaRole.COLUMNHEADER, new Locator.GetByRoleOptions().setName(name));
    }

    private static void sortBy(Locator part, String name) {
        heading(part, name).getByRole(AriaRole.BUTTON).click();
    }

    private static void draw(Page page) {
        button(page, "Draw").click();
        awaitDrawn(page);
    }

    private static void awaitDrawn(Page page) {
        assertThat(drawn(page).getByText("kept, at step")).isVisible();
    }

    private static List<String> saved(Page page, String button) throws IOException {
        Download file = page.waitForDownload(() -> button(page, button).click());
        return Files.readAllLines(file.path());
    }

    /// Returns 200 of 800 combinations.
    private static String companies() {
        List<String> places =
                List.of(
                        "Alder", "Birch", "Cedar", "Delta", "Ember", "Falcon", "Harbor", "Indigo",
                        "Juniper", "Kestrel");
        List<String> goods =
                List.of("Cargo", "Foods", "Games", "Motors", "Paper", "Tools", "Toys", "Wines");
        List<String> forms =
                List.of(
                        "Co", "Group", "Inc", "Ltd", "Works", "Bros", "Labs", "Corp", "Plc",
                        "Sons");
        return IntStream.range(0, 200)
                .map(i -> 7 * i % 800)
                .mapToObj(
                        i ->
                                places.get(i % 10)
                                        + " "
                                        + goods.get(i / 10 % 8)
                                        + " "
                                        + forms.get(i / 80))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void newCompanyNamesAreInAFileAfterSixClicks() throws IOException {
        String list = companies();
        try (Tab tab = open()) {
            Page page = tab.page();
            page.addInitScript(
                    "addEventListener('click', () => sessionStorage.clicks = 1 + Number(sessionStorage.clicks ?? 0), true)");
            tab.forOneUse();
            page.navigate("/");
            button(page, "Train on your own list").click();
            page.getByLabel("Text", new Page.GetByLabelOptions().setExact(true)).fill(list);
            page.getByText(Pattern.compile("Use a context of")).click();
            page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).fill("companies");
            button(page, "Create and train").click();
            page.waitForURL("**/s/companies");
            page.getByText("Last run succeeded").waitFor();
            page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Strings")).click();
            page.getByLabel("How many").fill("50");
            draw(page);

            List<String> texts = saved(page, "Download .txt");
            assertThat(texts)
                    .hasSize(50)
                    .doesNotHaveDuplicates()
                    .doesNotContainAnyElementsOf(list.lines().toList());
            assertThat(page.evaluate("() => sessionStorage.clicks")).isEqualTo("6");
        }
    }

    @Test
    void textsAreSortedCopiedAndSavedAsTheTableShowsThem() throws IOException {
        train("strings-save");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/strings-save/strings");
            page.getByLabel("How many").fill("12");
            page.getByLabel("Temperature").fill("1.5");
            page.getByLabel("show the nearest document").check();
            draw(page);
            Locator part = drawn(page);
            assertThat(rows(part)).hasCount(12);
            assertThat(column(part, 3)).containsOnly("new");
            assertThat(NAMES).containsAll(column(part, 4));
            List<String> bits = column(part, 2);
            assertThat(heading(part, "Bits/char")).hasAttribute("aria-sort", "descending");
            assertThat(bits)
                    .isSortedAccordingTo(
                            Comparator.<String>comparingDouble(Double::parseDouble).reversed());

            sortBy(part, "Text");
            assertThat(heading(part, "Text")).hasAttribute("aria-sort", "ascending");
            List<String> texts = column(part, 1);
            assertThat(texts).doesNotHaveDuplicates().doesNotContainAnyElementsOf(NAMES);
            assertThat(texts).isSortedAccordingTo(Comparator.naturalOrder());
            sortBy(part, "Text");
            Collections.reverse(texts);
            assertThat(column(part, 1)).isEqualTo(texts);

            for (String name : List.of("Bits/char", "New?", "Nearest", "Edits", "#")) {
                sortBy(part, name);
                assertThat(heading(part, name))
                        .hasAttribute("aria-sort", Pattern.compile("ascending|descending"));
            }
            assertThat(column(part, 6)).isEqualTo(wholeNumbers(12));

            texts = column(part, 1);
            assertThat(saved(page, "Download .txt")).isEqualTo(texts);
            page.evaluate(
                    "() => { navigator.clipboard.writeText = async text => { window.copied = text; }; }");
            button(page, "Copy").click();
            assertThat(button(page, "Copied")).isVisible();
            assertThat(page.evaluate("() => copied")).isEqualTo(String.join("\n", texts));

            List<String> lines = saved(page, "Download .csv");
            assertThat(lines.getFirst())
                    .isEqualTo("text,logLikelihood,bitsPerCharacter,novel,nearest,distance,line");
            List<String> nearest = column(part, 4);
            for (int i = 0; i < 12; i++) {
                assertThat(lines.get(i + 1))
                        .startsWith(texts.get(i) + ",-")
                        .contains(",true," + nearest.get(i) + ",")
                        .endsWith("," + (i + 1));
            }
        }
    }

    private static List<String> wholeNumbers(int last) {
        return IntStream.rangeClosed(1, last).mapToObj(String::valueOf).toList();
    }

    @Test
    void saysWhatWasRejectedAndWhenTriesAreSpent() {
        train("strings-rejected");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/strings-rejected/strings");
            page.getByLabel("Pattern").fill("^[a-f]");
            page.getByLabel("Longest").fill("6");
            page.getByLabel("How many").fill("20");
            draw(page);
            assertThat(drawn(page).getByText("Rejected:"))
                    .containsText(Pattern.compile("in the documents.*"));

            page.getByLabel("Temperature").fill("0");
            draw(page);
            assertThat(drawn(page).getByText("Raise the temperature")).isVisible();
        }
    }

    @Test
    void aListIsRankedWithTheMostUnusualFirst() throws IOException {
        train("strings-rank");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/strings-rank/strings");
            button(page, "Rank a list").click();
            button(page, "Rank").click();
            assertThat(page.getByText("Enter texts or choose a file first")).isVisible();
            page.getByLabel("Texts, one per line").fill("emma\n\n  bob \nkkkkfff\ndaß\n");
            button(page, "Rank").click();
            Locator part = ranked(page);
            assertThat(part.locator("p.hint[role=status]"))
                    .hasText(
                            "4 texts at step 200: 2 in the documents, 1 with characters that the model"
                                    + " does not know.");
            assertThat(column(part, 1).subList(0, 2)).containsExactly("daß", "kkkkfff");
            assertThat(column(part, 2)).first().isEqualTo("unknown ß");
            assertThat(column(part, 3)).containsExactly("new", "new", "document", "document");
            assertThat(column(part, 4).subList(0, 2)).containsExactly("5", "4");
            assertThat(part.locator("mg-chart canvas")).isVisible();

            List<String> lines = saved(page, "Download .csv");
            assertThat(lines.getFirst())
                    .isEqualTo("text,logLikelihood,bitsPerCharacter,novel,line,unknown");
            assertThat(lines.get(1)).isEqualTo("daß,,,true,5,ß");

            assertThat(page).hasURL(Pattern.compile("\\?show=rank&rank=emma&.*&ranked=1$"));
            page.reload(); // a link ranks a short list again
            assertThat(part.locator("mg-chart canvas")).isVisible();
            assertThat(rows(part).first()).containsText("daß");
        }
    }

    @Test
    void aLongFileIsRankedAndReadByKeyboard() {
        train("strings-file");
        String text =
                IntStream.rangeClosed(1, 25_000)
                        .mapToObj(i -> NAMES.get(i % 6))
                        .collect(Collectors.joining("\n"));
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/strings-file/strings?show=rank");
            page.getByLabel("Or drop a file here")
                    .setInputFiles(
                            new FilePayload(
                                    "names.txt",
                                    "text/plain",
                                    text.getBytes(StandardCharsets.UTF_8)));
            assertThat(page.getByText("names.txt, 25,000 texts")).isVisible();
            button(page, "Rank").press("Enter");
            Locator part = ranked(page);
            assertThat(part.getByText("25,000 texts at step 200")).isVisible();
            Locator table = part.getByRole(AriaRole.TABLE);
            assertThat(table).hasAttribute("aria-rowcount", "25001");
            assertThat(rows(part).count()).isLessThan(100);

            heading(part, "#").getByRole(AriaRole.BUTTON).press("Enter");
            assertThat(rows(part).first().locator("td").last()).hasText("1");
            part.locator("mg-row-table [role=region]").press("End");
            assertThat(rows(part).last()).hasAttribute("aria-rowindex", "25001");
            assertThat(rows(part).last().locator("td").last()).hasText("25,000");
            assertThat(rows(part).last()).isInViewport();
            page.keyboard().press("t");
            assertThat(button(page, "Draw")).isVisible();
        }
    }

    @Test
    void aHundredThousandTextsAreDrawn() {
        train("strings-many");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/strings-many/strings?count=100000&unique=0&novel=0&drawn=1");
            awaitDrawn(page);
            Locator part = drawn(page);
            assertThat(part.getByRole(AriaRole.TABLE)).hasAttribute("aria-rowcount", "100001");
            assertThat(rows(part).count()).isLessThan(100);
            part.locator("mg-row-table [role=region]").press("End");
            assertThat(rows(part).last()).hasAttribute("aria-rowindex", "100001");

            page.getByLabel("How many").fill("100001");
            button(page, "Draw").click();
            assertThat(page.getByText("This must be 1 to 100,000; the API generates more"))
                    .isVisible();
        }
    }

    @Test
    void aWrongSettingIsExplainedBesideItsField() {
        train("strings-wrong");
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/s/strings-wrong/strings");
            page.getByLabel("Pattern").fill("(");
            button(page, "Draw").click();
            assertThat(page.getByLabel("Pattern")).hasAttribute("aria-invalid", "true");
            assertThat(page.getByLabel("Pattern")).isFocused();
            assertThat(page.locator("#field-pattern-error")).containsText("pattern");
            page.getByLabel("Pattern").fill("");
            page.getByLabel("Shortest").fill("many");
            button(page, "Draw").click();
            assertThat(page.locator("#field-minLength-error")).hasText("Shortest must be a number");
            page.getByLabel("Shortest").fill("");
            page.getByLabel("Temperature").fill("-1");
            button(page, "Draw").click();
            assertThat(page.getByLabel("Temperature")).hasAttribute("aria-invalid", "true");
        }
    }

    @Test
    void drawingCanBeStopped() {
        train("strings-stop");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate(
                    "/s/strings-stop/strings?count=100000&maxLength=60&pattern=%5Eal%7Czzzzzz");
            page.getByLabel("no text twice").uncheck();
            page.getByLabel("Temperature").fill("1");
            button(page, "Draw").click();
            rows(drawn(page)).first().waitFor();
            button(page, "Stop").click();
            assertThat(drawn(page).getByText("Stopped after")).isVisible();
            assertThat(button(page, "Draw")).isVisible();
            assertThat(button(page, "Download .txt")).isEnabled();
        }
    }

    @Test
    void aLinkDrawsTheSameTexts() {
        train("strings-link");
        try (Tab tab = open();
                Tab other = open()) {
            Page page = tab.page();
            page.navigate("/s/strings-link/strings?at=64");
            page.getByLabel("How many").fill("9");
            page.getByLabel("Prompt").fill("a");
            page.getByLabel("Temperature").fill("1.5");
            page.getByLabel("none of the documents").uncheck();
            page.getByLabel("Excluded texts").fill("alice\nab");
            button(page, "Draw with another seed").click();
            awaitDrawn(page);
            assertThat(drawn(page).getByText("kept, at step 64")).isVisible();
            sortBy(drawn(page), "Text");
            List<String> texts = new ArrayList<>(column(drawn(page), 1));
            assertThat(texts).allMatch(text -> text.startsWith("a")).doesNotContain("alice", "ab");

            Page copy = other.page();
            copy.navigate(page.url());
            assertThat(drawn(copy).getByText("kept, at step 64")).isVisible();
            assertThat(copy.getByLabel("Excluded texts")).hasValue("alice\nab");
            assertThat(copy.getByLabel("none of the documents")).not().isChecked();
            assertThat(heading(drawn(copy), "Text")).hasAttribute("aria-sort", "ascending");
            assertThat(column(drawn(copy), 1)).isEqualTo(texts);

            copy.navigate("/s/strings-link/strings?count=many&unique=yes&at=9999&sort=-size");
            assertThat(copy.getByLabel("How many")).hasValue("100");
            assertThat(copy.getByLabel("no text twice")).isChecked();
            assertThat(copy.getByText("now: step 200")).isVisible();
        }
    }

    @Test
    void aSessionWithoutDocumentsIsExplained() {
        api.init("strings-empty", Map.of());
        api.initSixNames("strings-untrained");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/strings-empty/strings");
            assertThat(page.getByText("This session has no documents yet")).isVisible();
            assertThat(page.getByText("Add documents")).hasAttribute("href", Pattern.compile("/$"));
            page.navigate("/s/strings-untrained/strings");
            assertThat(page.getByText("has not trained yet")).isVisible();
        }
    }
}
