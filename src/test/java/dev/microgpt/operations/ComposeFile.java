package dev.microgpt.operations;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// `src/operations/compose.yaml`.
public final class ComposeFile {

    /// `${NAME:?}`, which must have a value, and `${NAME:-DEFAULT}`.
    private static final Pattern VARIABLE =
            Pattern.compile("\\$\\{(?<name>[A-Z0-9_]+)(?::(?<kind>[?-])(?<rest>[^}]*))?}");

    private static final Pattern IN_ENV_FILE =
            Pattern.compile("^(?:# )?([A-Z0-9_]+)=", Pattern.MULTILINE);

    private final JsonNode file = YamlFile.one("compose.yaml");

    JsonNode root() {
        return file;
    }

    JsonNode service(String name) {
        JsonNode service = file.path("services").path(name);
        if (service.isMissingNode()) {
            throw new AssertionError("there is no service " + name);
        }
        return service;
    }

    /// Returns the names of the services that are nodes of the cluster.
    public List<String> nodes() {
        return file.path("services")
                .propertyStream()
                .map(Map.Entry::getKey)
                .filter(name -> name.startsWith("node"))
                .toList();
    }

    /// Returns the environment of a service.
    ///
    /// @param values of the variables in the file
    public Map<String, String> environment(String service, Map<String, String> values) {
        Map<String, String> environment = new LinkedHashMap<>();
        service(service)
                .path("environment")
                .properties()
                .forEach(
                        entry ->
                                environment.put(
                                        entry.getKey(),
                                        replace(entry.getValue().asString(), values)));
        return environment;
    }

    private static String replace(String text, Map<String, String> values) {
        return VARIABLE.matcher(text)
                .replaceAll(
                        match -> {
                            String value = values.get(match.group("name"));
                            if (value == null) {
                                throw new IllegalArgumentException(
                                        "there is no value for " + match.group());
                            }
                            return Matcher.quoteReplacement(value);
                        });
    }

    /// Returns the variables in the file, each with its default; an empty text if it must have a value.
    static Map<String, String> variables() {
        Map<String, String> variables = new LinkedHashMap<>();
        VARIABLE.matcher(YamlFile.text("compose.yaml"))
                .results()
                .forEach(match -> variables.put(match.group("name"), defaultOf(match)));
        return variables;
    }

    private static String defaultOf(MatchResult match) {
        @Nullable String kind = match.group("kind");
        if (kind == null) {
            throw new AssertionError(match.group() + " may be empty");
        }
        return kind.equals("?") ? "" : match.group("rest");
    }

    /// Returns the variables that the example of the settings file has.
    static Set<String> exampleVariables() {
        return IN_ENV_FILE
                .matcher(YamlFile.text("example.env"))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
