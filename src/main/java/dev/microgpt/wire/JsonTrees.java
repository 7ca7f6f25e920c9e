package dev.microgpt.wire;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JsonParser;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/// Reads JSON of any form.
public final class JsonTrees {

    private JsonTrees() {}

    /// Thrown for a number whose exponent is too large for a tree.
    static final class ExponentException extends StreamReadException {

        private static final long serialVersionUID = 1;

        private final String number;

        ExponentException(JsonParser parser, String number, NumberFormatException cause) {
            super(parser, "the exponent of " + number + " is too large", cause);
            this.number = number;
        }

        String number() {
            return number;
        }
    }

    /// Returns the tree of a text; a missing node if the text is blank.
    ///
    /// @throws tools.jackson.core.JacksonException if the text is not JSON, or has a number whose exponent is
    ///     too large
    public static JsonNode read(JsonMapper json, String text) {
        try (JsonParser parser = json.createParser(text)) {
            try {
                @Nullable JsonNode tree = json.readTree(parser);
                return tree == null ? MissingNode.getInstance() : tree;
            } catch (NumberFormatException e) {
                throw new ExponentException(parser, parser.getString(), e);
            }
        }
    }
}
