package dev.microgpt.documents;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The settings that the documents name exist, and all that exist are documented.
final class SettingsTest {

    private static final Pattern SETTING =
            Pattern.compile("(?<![\\w.])microgpt(?:\\.[a-z-]+)+(?:\\.NAME)?");

    /// Files, which look like settings.
    private static final Set<String> FILES = Set.of("microgpt.py", "microgpt.db", "microgpt.js");

    private static Stream<String> named(Stream<String> lines) {
        return lines.flatMap(line -> SETTING.matcher(line).results())
                .map((MatchResult match) -> match.group())
                .filter(setting -> !FILES.contains(setting));
    }

    @Test
    void everySettingIsInATableOfTheConfiguration() {
        Set<String> documented =
                named(
                                Documents.OPERATIONS.prose().stream()
                                        .filter(line -> line.startsWith("|"))
                                        .map(line -> line.substring(0, line.indexOf('|', 1))))
                        .collect(Collectors.toSet());
        assertThat(documented).containsExactlyInAnyOrderElementsOf(Settings.NAMES);
    }

    @ParameterizedTest
    @EnumSource
    void settingsThatAreNamedExist(Documents document) {
        assertThat(named(document.lines().stream())).allMatch(Settings::exists);
    }
}
