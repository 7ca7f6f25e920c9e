package dev.microgpt.documents;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.type.filter.AnnotationTypeFilter;

import java.lang.reflect.RecordComponent;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The settings that the documents name exist, and all that exist are documented.
final class SettingsTest {

    private static final Pattern SETTING =
            Pattern.compile("(?<![\\w.])microgpt(?:\\.[a-z-]+)+(?:\\.NAME)?");

    /// Files, which look like settings.
    private static final Set<String> FILES = Set.of("microgpt.py", "microgpt.db");

    private static final Set<String> SETTINGS = settings();

    private static Set<String> settings() {
        ClassPathScanningCandidateComponentProvider scanner =
                new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        Set<String> settings = new TreeSet<>(Set.of("microgpt.demo"));
        scanner.findCandidateComponents("dev.microgpt").stream()
                .map(bean -> type(String.valueOf(bean.getBeanClassName())))
                .forEach(type -> collect(prefix(type), type, settings));
        return settings;
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static String prefix(Class<?> type) {
        ConfigurationProperties annotation =
                AnnotationUtils.findAnnotation(type, ConfigurationProperties.class);
        if (annotation == null) {
            throw new AssertionError(type + " has no annotation");
        }
        return annotation.prefix();
    }

    private static void collect(String prefix, Class<?> type, Set<String> settings) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name =
                    component
                            .getName()
                            .replaceAll("([a-z])([A-Z])", "$1-$2")
                            .toLowerCase(Locale.ROOT);
            String setting = prefix + "." + name;
            if (component.getType().isRecord()) {
                collect(setting, component.getType(), settings);
            } else if (component.getType() == Map.class) {
                settings.add(setting + ".NAME");
            } else {
                settings.add(setting);
            }
        }
    }

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
        assertThat(documented).containsExactlyInAnyOrderElementsOf(SETTINGS);
    }

    @ParameterizedTest
    @EnumSource
    void settingsThatAreNamedExist(Documents document) {
        assertThat(named(document.lines().stream())).allMatch(SettingsTest::exists);
    }

    /// A setting, a group of settings, or one with a name in it.
    private static boolean exists(String setting) {
        return SETTINGS.contains(setting)
                || SETTINGS.stream().anyMatch(known -> known.startsWith(setting + "."))
                || SETTINGS.contains(setting.replaceFirst("\\.[a-z-]+$", ".NAME"));
    }
}
