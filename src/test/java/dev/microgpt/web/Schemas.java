package dev.microgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import tools.jackson.databind.JsonNode;

/// Compares JSON with the schemas of an OpenAPI document: fields, types and enum constants.
final class Schemas {

    private Schemas() {}

    static JsonNode resolve(JsonNode document, JsonNode schema) {
        JsonNode ref = schema.path("$ref");
        return ref.isString() ? document.at(ref.stringValue().substring(1)) : schema;
    }

    static void assertMatches(JsonNode document, JsonNode schema, JsonNode actual, String where) {
        JsonNode resolved = resolve(document, schema);
        assertThat(resolved.isObject()).as(where).isTrue();
        if (resolved.has("enum")) {
            assertThat(resolved.path("enum").valueStream()).as(where).contains(actual);
        }
        switch (resolved.path("type").asString("")) {
            case "object" -> assertProperties(document, resolved, actual, where);
            case "array" -> {
                assertThat(actual.isArray()).as(where).isTrue();
                for (JsonNode item : actual) {
                    assertMatches(document, resolved.path("items"), item, where + "[]");
                }
            }
            case "integer" -> assertThat(actual.isIntegralNumber()).as(where).isTrue();
            case "number" -> assertThat(actual.isNumber()).as(where).isTrue();
            case "string" -> assertThat(actual.isString() || actual.isNull()).as(where).isTrue();
            case "boolean" -> assertThat(actual.isBoolean()).as(where).isTrue();
            default -> {} // the schema allows any type
        }
    }

    private static void assertProperties(
            JsonNode document, JsonNode schema, JsonNode actual, String where) {
        JsonNode properties = schema.path("properties");
        if (properties.isMissingNode()) {
            return; // the schema allows any properties
        }
        assertThat(properties.propertyNames()).as(where).containsAll(actual.propertyNames());
        actual.forEachEntry(
                (name, value) ->
                        assertMatches(document, properties.path(name), value, where + "." + name));
    }
}
