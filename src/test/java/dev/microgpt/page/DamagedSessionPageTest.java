package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;

import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;

/// The pages of a session whose stored state is damaged.
@ExtendWith(Chromium.class)
final class DamagedSessionPageTest {

    /// Their checksums are valid, so the service starts.
    private static final String GIVE_ALL_THE_SMALLEST_WEIGHTS =
            "UPDATE save SET weights = (SELECT weights FROM save ORDER BY length(weights) LIMIT 1)";

    private final Browser browser;
    private LocalService service;

    DamagedSessionPageTest(Browser browser) {
        this.browser = browser;
    }

    @BeforeEach
    void startWithADamagedSession(@TempDir Path directory) throws SQLException {
        try (LocalService before = LocalService.start(directory)) {
            before.api().initSixNames("damaged");
            before.api().step("damaged", 5);
            before.api().init("smaller", Map.of("text", Api.SIX_NAMES, "nEmbd", 8));
        }
        try (var connection =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + directory.resolve("microgpt.db"));
                var update = connection.createStatement()) {
            assertThat(update.executeUpdate(GIVE_ALL_THE_SMALLEST_WEIGHTS)).isEqualTo(2);
        }
        service = LocalService.start(directory);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private Tab open() {
        return Tab.open(browser, service.api().port()).expectingErrors().forOneUse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/s/damaged", "/s/damaged/lab", "/s/damaged/tour"})
    void everyPageSaysWhyAndWhatCanBeDone(String path) {
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate(path);
            assertThat(page.getByText("The session “damaged” cannot be read")).isVisible();
            assertThat(page.locator("p[role=status]")).containsText("snapshot");

            button(page, "Delete it").click();
            page.waitForURL(service.api().origin() + "/");
            assertThat(service.api().get("/sessions/damaged").status()).isEqualTo(404);
        }
    }

    @Test
    void startsItAgain() {
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/damaged");
            page.getByText("Start it again", new Page.GetByTextOptions().setExact(true)).click();
            button(page, "Start again").click();
            page.getByText("32.3K documents").waitFor();
            assertThat(service.api().view("damaged").path("step").intValue()).isZero();
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
