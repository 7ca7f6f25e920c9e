package dev.microgpt.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.page.PageScript.Literal;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// All words that the pages show come from the catalogs, so that they can be translated.
@SharesNothing
final class HardCodedTextsTest {

    private static final Path SCRIPTS = Path.of("src/main/resources/static/js");

    /// Attributes and properties whose values are for people.
    private static final Set<String> FOR_PEOPLE =
            Set.of(
                    "alt",
                    "aria-label",
                    "aria-roledescription",
                    "aria-valuetext",
                    "heading",
                    "label",
                    "placeholder",
                    "title");

    private static final Pattern WORD = Pattern.compile("[A-Za-z]{2,}");

    /// Two words, the second in lower case; `-` and `:` join the words of selectors, properties and URLs.
    private static final Pattern WORDS =
            Pattern.compile("(?<![\\w.#:/-])[A-Za-z]{2,}[,.:;]? [a-z]{2,}(?![\\w:(\\[-])");

    private static final Pattern NAMED =
            Pattern.compile(
                    "\\b(about|absentHint|heading|help|hint|label|placeholder|title|words)\\s*[:=]\\s*$");

    /// Errors for developers, and words that a browser or a server reads.
    private static final Pattern NOT_FOR_PEOPLE =
            Pattern.compile(
                    "(new Error\\(|import |from |matchMedia\\(|querySelector(All)?\\()\\s*$");

    /// Selectors, markup and fonts.
    private static final Pattern CODE = Pattern.compile("^\\.\\w|[\\[<]|\\bmg-|\\bpx |\\d+px ");

    /// Names in the API, such as `numParams`.
    private static final Pattern API_NAME = Pattern.compile("[a-z]+[A-Z]\\w*");

    /// Names and formulas that are the same in all languages.
    private static final Set<String> SAME_EVERYWHERE =
            Set.of("API", "BOS", "engine", "microgpt", "−ln p", "−max", "true, false");

    private static boolean isHardCoded(Literal literal) {
        String text = literal.text().strip();
        if (SAME_EVERYWHERE.contains(text)
                || API_NAME.matcher(text).matches()
                || NOT_FOR_PEOPLE.matcher(literal.before()).find()) {
            return false;
        }
        return switch (literal.kind()) {
            case TEXT -> WORD.matcher(text).find();
            case ATTRIBUTE -> FOR_PEOPLE.contains(literal.before()) && WORD.matcher(text).find();
            case STRING ->
                    (WORDS.matcher(text).find() && !CODE.matcher(text).find())
                            || (NAMED.matcher(literal.before()).find()
                                    && WORD.matcher(text).find());
        };
    }

    private static List<String> hardCodedIn(PageScript script) {
        return script.literals().stream()
                .filter(HardCodedTextsTest::isHardCoded)
                .map(literal -> "line " + literal.line() + ": " + literal.text().strip())
                .toList();
    }

    @Test
    void scriptsHaveNoWordsForPeople() throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(SCRIPTS)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".js")).sorted().toList()) {
                for (String words : hardCodedIn(PageScript.read(file))) {
                    found.add(SCRIPTS.relativize(file) + " " + words);
                }
            }
        }
        assertThat(found).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "html`<p>Loading</p>`",
                "html`<p>${n} steps</p>`",
                "html`<button aria-label=\"Close\">×</button>`",
                "html`<button title=\"Remove ${name}\">×</button>`",
                "html`${isBusy ? html`<b>wait</b>` : nothing}`",
                "const why = 'The server does not respond';",
                "const why = `Only ${n} of them are shown`;",
                "static heading = 'Losses';",
                "const column = { label: 'Step' };"
            })
    void wordsForPeopleAreFound(String code) {
        assertThat(hardCodedIn(new PageScript(code + "\n"))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "html`<p class=\"notice bad\">${t('loading')}</p>`",
                "css`.a { font: bold 12px serif; }`",
                "// it's a comment\nconst a = /[`'\"]/.test('x');",
                "throw new Error('no such text here');",
                "html`<td>−ln p</td>`",
                "const controls = 'input, select, [role=\"slider\"]';",
                "context.font = `${size}px monospace`;"
            })
    void codeIsNotTakenForWords(String code) {
        assertThat(hardCodedIn(new PageScript(code + "\n"))).isEmpty();
    }
}
