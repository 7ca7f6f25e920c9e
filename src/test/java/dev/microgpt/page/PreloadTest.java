package dev.microgpt.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.net.URI;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Tests that pages name the modules and the texts that they need, so that the browser loads them at once.
@ServiceTest
@ExtendWith(Chromium.class)
final class PreloadTest {

    private static final Pattern LINK =
            Pattern.compile("<link rel=\"modulepreload\" href=\"(?:\\./|(?:\\.\\./)+)([^\"]+)\">");
    private static final Pattern TEXTS = Pattern.compile("data-texts=\"([^\"]*)\"");

    /// Before the modules.
    private static final String EARLY = "js/components/early.js";

    private final Api api;
    private final Browser browser;

    PreloadTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    @BeforeEach
    void initSession() {
        api.initSixNames("preload");
        api.step("preload", 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/s/preload", "/s/preload/strings", "/compare", "/sweeps"})
    void theBrowserLoadsWhatThePageNames(String path) {
        String html = api.send(api.root(path).header("Accept", "text/html")).body();
        Set<String> modules =
                LINK.matcher(html)
                        .results()
                        .map(link -> link.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));
        String texts =
                TEXTS.matcher(html).results().map(found -> found.group(1)).findFirst().orElse("");
        try (Tab tab = Tab.open(browser, api.port())) {
            tab.page().navigate(path);
            tab.page().locator("mg-header nav").waitFor();
            tab.page().waitForFunction("() => document.title !== ''");

            assertThat(requested(tab, ".js")).isEqualTo(modules);
            assertThat(requested(tab, ".json"))
                    .allMatch(file -> texts.contains(file.replaceAll("^texts/en/|\\.json$", "")));
        }
    }

    private static Set<String> requested(Tab tab, String ending) {
        return tab.requests().stream()
                .map(url -> URI.create(url).getPath().substring(1))
                .filter(file -> file.endsWith(ending) && !file.equals(EARLY))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
