package dev.microgpt.live;

import dev.microgpt.support.Api;
import dev.microgpt.support.Live;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import java.util.Map;

/// What tests of messages share: a session, created again for each test, and a live connection.
abstract class LiveSession {

    final Api api;
    final Live live;
    private final String name;
    private final Map<String, ?> options;

    /// @param options the options of the session
    LiveSession(int port, String name, Map<String, ?> options) {
        this.name = name;
        this.options = options;
        api = new Api(port);
        live = Live.connect(port);
    }

    @BeforeEach
    final void createSession() {
        api.init(name, options);
    }

    @AfterEach
    final void disconnect() {
        live.close();
    }
}
