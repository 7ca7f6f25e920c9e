package dev.microgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import tools.jackson.databind.JsonNode;

/// What tests of rejected calls share: a session that each test leaves as it was.
abstract class UnchangedSession {

    final Api api;

    /// The session before the test.
    JsonNode before;

    private final String name;

    UnchangedSession(int port, String name) {
        this.name = name;
        api = new Api(port);
        before = api.initSixNames(name);
    }

    @BeforeEach
    final void rememberState() {
        before = api.view(name);
    }

    @AfterEach
    final void assertUnchanged() {
        assertThat(api.view(name)).isEqualTo(before);
    }
}
