package dev.microgpt.live;

import dev.microgpt.wire.JsonTrees;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A message of a client: its text, which can be sent on, and what it says.
public final class ClientText {

    private final String text;
    private final ClientMessage message;

    private ClientText(String text, ClientMessage message) {
        this.text = text;
        this.message = message;
    }

    /// Parses a message.
    ///
    /// @throws tools.jackson.core.JacksonException if it is malformed
    public static ClientText parse(JsonMapper json, String text) {
        return of(text, JsonTrees.read(json, text), json);
    }

    /// @param tree the parsed text
    static ClientText of(String text, JsonNode tree, JsonMapper json) {
        return new ClientText(text, json.treeToValue(tree, ClientMessage.class));
    }

    /// Returns the JSON that the client has sent.
    public String text() {
        return text;
    }

    /// Returns the name of the session that the message is about.
    ///
    /// @throws dev.microgpt.session.admission.SessionException `invalid_name` if there is none
    public String session() {
        return MessageExecutor.name(message);
    }

    /// Returns whether carrying the message out twice has the same effect as once.
    public boolean isRepeatable() {
        return switch (message) {
            case ClientMessage.Stop _,
                    ClientMessage.GetEmbeddings _,
                    ClientMessage.GetLossHistory _,
                    ClientMessage.GetConfig _ ->
                    true;
            default -> false;
        };
    }

    ClientMessage message() {
        return message;
    }
}
