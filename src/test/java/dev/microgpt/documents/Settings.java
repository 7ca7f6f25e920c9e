package dev.microgpt.documents;

import dev.microgpt.support.Json;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.type.filter.AnnotationTypeFilter;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The settings that exist.
public final class Settings {

    /// The settings of this service. `NAME` stands for the names that an operator chooses.
    static final Set<String> NAMES = names();

    private Settings() {}

    private static Set<String> names() {
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

    /// Returns whether a setting exists, or a group of settings, or one with a name in it.
    static boolean exists(String setting) {
        return NAMES.contains(setting)
                || NAMES.stream().anyMatch(known -> known.startsWith(setting + "."))
                || NAMES.contains(setting.replaceFirst("\\.[a-z-]+$", ".NAME"));
    }

    /// Returns whether an environment variable sets something: of this service, if it begins with `MICROGPT_`,
    /// otherwise of Spring Boot.
    public static boolean existsInEnvironment(String variable) {
        if (variable.startsWith("MICROGPT_")) {
            return NAMES.stream().anyMatch(setting -> isSetBy(variable, setting));
        }
        return SpringBoot.NAMES.stream()
                .map(Settings::variable)
                .anyMatch(name -> variable.equals(name) || variable.startsWith(name + "_"));
    }

    private static boolean isSetBy(String variable, String setting) {
        return setting.endsWith(".NAME")
                ? variable.startsWith(variable(setting.substring(0, setting.length() - 4)))
                : variable.equals(variable(setting));
    }

    private static String variable(String setting) {
        return setting.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /// What its jars say that they have.
    private static final class SpringBoot {

        static final Set<String> NAMES = read();

        private static Set<String> read() {
            Set<String> names = new TreeSet<>();
            try {
                for (URL file :
                        Collections.list(
                                Settings.class
                                        .getClassLoader()
                                        .getResources(
                                                "META-INF/spring-configuration-metadata.json"))) {
                    try (InputStream in = file.openStream()) {
                        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                        for (JsonNode property : Json.parse(text).path("properties")) {
                            names.add(property.path("name").asString());
                        }
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return names;
        }
    }
}
