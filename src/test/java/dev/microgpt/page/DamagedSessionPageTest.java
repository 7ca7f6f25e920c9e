package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;

import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/// The pages of a session whose stored state is damaged.
@ExtendWith(Chromium.class)
final class DamagedSessionPageTest {

    /// Their checksums are valid, so the service starts.
    private static final String GIVE_ALL_THE_SMALLEST_WEIGHTS =
            "UPDATE save SET weights = (SELECT weights FROM save ORDER BY length(weights) LIMIT 1)";

    /// One for each test.
    private static final List<String> DAMAGED = List.of("live", "lab", "strings", "tour", "again");

    @TempDir static Path directory;
    private static LocalService service;

    private final Browser browser;

    DamagedSessionPageTest(Browser browser) {
        this.browser = browser;
    }

    @BeforeAll
    static void startWithDamagedSessions() throws SQLException {
        try (LocalService before = LocalService.start(directory)) {
            for (String name : DAMAGED) {
                before.api().initSixNames(name);
                before.api().step(name, 5);
            }
            before.api().init("smaller", Map.of("text", Api.SIX_NAMES, "nEmbd", 8));
        }
        try (var connection =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + directory.resolve("microgpt.db"));
                var update = connection.createStatement()) {
            assertThat(update.executeUpdate(GIVE_ALL_THE_SMALLEST_WEIGHTS))
                    .isEqualTo(DAMAGED.size() + 1);
        }
        service = LocalService.start(directory);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private Tab open() {
        return Tab.open(browser, service.api().port()).expectingErrors();
    }

    @ParameterizedTest
    @CsvSource({
        "live, /s/live",
        "lab, /s/lab/lab",
        "strings, /s/strings/strings",
        "tour, /s/tour/tour"
    })
    void everyPageSaysWhyAndWhatCanBeDone(String name, String path) {
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate(path);
            assertThat(page.getByText("The session “%s” cannot be read".formatted(name)))
                    .isVisible();
            assertThat(page.locator("p[role=status]")).containsText("snapshot");

            button(page, "Delete it").click();
            page.waitForURL(service.api().origin() + "/");
            assertThat(service.api().get("/sessions/" + name).status()).isEqualTo(404);
        }
    }

    @Test
    void startsItAgain() {
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/again");
            page.getByText("Start it again", new Page.GetByTextOptions().setExact(true)).click();
            button(page, "Start again").click();
            page.getByText("32.3K documents").waitFor();
            assertThat(service.api().view("again").path("step").intValue()).isZero();
        }
    }

    @Test
    void retriesWhileTheServerDoesNotRespond() {
        service.api().initSixNames("away");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.route("**/api/v1/sessions/away", Route::abort);
            page.navigate("/s/away");
            assertThat(page.getByText("The session “away” cannot be loaded")).isVisible();
            assertThat(page.getByText("The server does not respond")).isVisible();
            assertThat(button(page, "Delete it")).hasCount(0);
            page.unroute("**/api/v1/sessions/away");
            assertThat(page.locator("mg-training-controls")).isVisible();
        }
    }
}
