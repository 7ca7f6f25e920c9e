package dev.microgpt.cluster.link;

import tools.jackson.databind.json.JsonMapper;

/// Reads and writes the messages of a link.
final class LinkCodec {

    /// Not the one for clients, which has rules of its own.
    private final JsonMapper json = new JsonMapper();

    /// A message and its text, which is empty for types without one.
    record Decoded(LinkMessage message, String text) {}

    String encode(LinkMessage message) {
        return encode(message, "");
    }

    String encode(LinkMessage message, String text) {
        return json.writerFor(LinkMessage.class).writeValueAsString(message) + '\n' + text;
    }

    /// @throws IllegalArgumentException if it is none of a link
    Decoded decode(String received) {
        int end = received.indexOf('\n');
        if (end < 0) {
            throw new IllegalArgumentException("a message without a line end");
        }
        return new Decoded(
                json.readValue(received.substring(0, end), LinkMessage.class),
                received.substring(end + 1));
    }
}
