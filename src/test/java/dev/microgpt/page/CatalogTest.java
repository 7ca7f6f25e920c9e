package dev.microgpt.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The catalogs of all languages have the same texts, which are those that the page scripts ask for.
@SharesNothing
final class CatalogTest {

    private static final Path SCRIPTS = Path.of("src/main/resources/static/js");
    private static final Path PAGE = Path.of("src/main/resources/dev/microgpt/page/page.html");
    private static final Pattern LANGUAGES = Pattern.compile("data-languages=\"([a-z ]+)\"");

    /// The forms of plurals that each language needs for whole numbers, as CLDR names them.
    private static final Map<String, Set<String>> PLURALS =
            Map.of("en", Set.of("one", "other"), "de", Set.of("one", "other"));

    /// A key as a literal, outside of comparisons and of lists.
    private static final Pattern KEY =
            Pattern.compile("(?<!=== )(?<!!== )(?<!\\[)(?<!, )'([a-z]\\w*(?:\\.\\w+)*)'|`([^`]+)`");

    private static final Pattern VALUE = Pattern.compile("\\$\\{[^}]*\\}");

    private static final Map<String, SortedMap<String, SortedMap<String, String>>> CATALOGS =
            new TreeMap<>();

    @BeforeAll
    static void readCatalogs() throws IOException {
        Matcher languages = LANGUAGES.matcher(Files.readString(PAGE));
        assertThat(languages.find()).isTrue();
        for (String language : languages.group(1).split(" ", -1)) {
            CATALOGS.put(language, Catalogs.of(language));
        }
        assertThat(CATALOGS).hasSizeGreaterThan(1);
    }

    private static SortedMap<String, SortedMap<String, String>> english() {
        return CATALOGS.getOrDefault("en", new TreeMap<>());
    }

    private static SortedMap<String, String> english(String namespace) {
        return english().getOrDefault(namespace, new TreeMap<>());
    }

    @Test
    void allLanguagesHaveTheSameTexts() {
        CATALOGS.forEach(
                (language, catalogs) -> {
                    assertThat(catalogs.keySet()).as(language).isEqualTo(english().keySet());
                    catalogs.forEach(
                            (namespace, texts) ->
                                    assertThat(texts.keySet())
                                            .as("%s/%s", language, namespace)
                                            .isEqualTo(english(namespace).keySet()));
                });
    }

    @Test
    void translationsHaveTheValuesAndTagsOfTheEnglishText() {
        CATALOGS.forEach(
                (language, catalogs) ->
                        catalogs.forEach(
                                (namespace, texts) ->
                                        texts.forEach(
                                                (key, text) ->
                                                        assertThat(Message.parse(text).values())
                                                                .as(
                                                                        "%s/%s: %s",
                                                                        language, namespace, key)
                                                                .isEqualTo(
                                                                        valuesInEnglish(
                                                                                namespace, key)))));
    }

    private static Set<String> valuesInEnglish(String namespace, String key) {
        return Message.parse(english(namespace).getOrDefault(key, "")).values();
    }

    @Test
    void pluralsHaveTheFormsOfTheirLanguage() {
        assertThat(PLURALS.keySet()).isEqualTo(CATALOGS.keySet());
        CATALOGS.forEach(
                (language, catalogs) ->
                        catalogs.forEach(
                                (namespace, texts) ->
                                        texts.forEach(
                                                (key, text) ->
                                                        assertComplete(
                                                                PLURALS.getOrDefault(
                                                                        language, Set.of()),
                                                                Message.parse(text),
                                                                language + "/" + namespace + ": "
                                                                        + key))));
    }

    /// A form may be left out if others name all numbers in it, as `=0` and `=1` do for `one`.
    private static void assertComplete(Set<String> forms, Message message, String place) {
        for (Set<String> plural : message.plurals()) {
            boolean isExact = plural.stream().anyMatch(form -> form.startsWith("="));
            if (!isExact) {
                assertThat(plural).as(place).isEqualTo(forms);
            }
        }
    }

    @Test
    void scriptsAskForTextsThatExistAndForAllOfThem() throws IOException {
        Set<String> unknown = new HashSet<>();
        Set<String> used = new HashSet<>();
        try (Stream<Path> files = Files.walk(SCRIPTS)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".js")).toList()) {
                PageScript script = PageScript.read(file);
                for (PageScript.Catalog catalog : script.catalogs()) {
                    for (String code : script.keysOf(catalog)) {
                        for (Pattern key : keysIn(code)) {
                            List<String> found =
                                    keys(catalog.namespace())
                                            .filter(key.asMatchPredicate())
                                            .toList();
                            if (found.isEmpty()) {
                                unknown.add(file.getFileName() + ": " + key);
                            }
                            found.forEach(each -> used.add(catalog.namespace() + " " + each));
                        }
                    }
                }
            }
        }
        assertThat(unknown).isEmpty();
        assertThat(
                        english().keySet().stream()
                                .flatMap(
                                        namespace ->
                                                keys(namespace).map(key -> namespace + " " + key)))
                .containsExactlyInAnyOrderElementsOf(used);
    }

    private static Stream<String> keys(String namespace) {
        return english(namespace).keySet().stream();
    }

    /// The keys in the code of an argument. Those with values in them, such as `states.${state}`, match all texts that they may
    /// stand for.
    private static List<Pattern> keysIn(String code) {
        List<Pattern> keys = new ArrayList<>();
        Matcher matcher = KEY.matcher(code);
        while (matcher.find()) {
            String key = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            String[] parts = VALUE.split(key, -1);
            keys.add(
                    Pattern.compile(
                            String.join(
                                    "[\\w.]+", Arrays.stream(parts).map(Pattern::quote).toList())));
        }
        return keys;
    }
}
