package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;

import dev.microgpt.support.KeyedService;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.util.Map;

/// Sharing a session on its page, and the pages that are opened with a share, of a service that requires API keys.
@ExtendWith(Chromium.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SharePageTest {

    private static final String SHARES = "/sessions/hers/shares";
    private static final String READ_ONLY = "Shared, read only";
    private static final String TRAIN = "Train";

    private final Browser browser;
    private KeyedService keyed;

    SharePageTest(Browser browser) {
        this.browser = browser;
    }

    @BeforeAll
    void start(@TempDir Path data) {
        keyed = new KeyedService(data);
        keyed.alice().initSixNames("hers");
        keyed.alice().step("hers", 200);
    }

    @AfterAll
    void stop() {
        keyed.close();
    }

    @BeforeEach
    void withdrawAll() {
        for (JsonNode share : keyed.alice().get(SHARES).ok().path("shares")) {
            withdraw(share);
        }
    }

    private void withdraw(JsonNode share) {
        keyed.alice().delete(SHARES + "/" + share.path("id").stringValue());
    }

    private JsonNode share() {
        return keyed.alice().post(SHARES, Map.of()).ok();
    }

    private static String fragment(JsonNode share) {
        return "#share=" + share.path("token").stringValue();
    }

    private Tab openTab() {
        return Tab.open(browser, keyed.port()).expectingErrors().forOneUse();
    }

    @Test
    void aLinkShowsTheSessionLiveAndOffersNothingThatChangesIt() {
        JsonNode share = share();
        try (Tab tab = openTab()) {
            Page page = tab.page();
            page.navigate("/s/hers" + fragment(share));
            assertThat(page.getByText(READ_ONLY)).isVisible();
            assertThat(page.getByText("200").first()).isVisible();
            assertThat(page.locator("mg-loss-panel mg-chart")).isVisible();
            assertThat(page).hasURL("http://localhost:" + keyed.port() + "/s/hers");
            for (String name : new String[] {TRAIN, "Steer and fork", "Share this session"}) {
                assertThat(Tab.button(page, name)).hasCount(0);
            }
            for (String name : new String[] {"Sessions", "Sweeps", "API", "Compare"}) {
                assertThat(link(page, name)).hasCount(0);
            }
            page.keyboard().press("Space");
            page.keyboard().press(".");
            page.keyboard().press("s");
            keyed.alice().step("hers", 11);
            assertThat(page.getByText("211").first()).isVisible(); // through the WebSocket

            link(page, "Lab").click();
            assertThat(page.getByLabel("Text", new Page.GetByLabelOptions().setExact(true)))
                    .isVisible();
            link(page, "Strings").click();
            Tab.button(page, "Draw").click();
            assertThat(page.locator("mg-draw-texts tr.row").first()).isVisible();
            link(page, "Tour").click();
            assertThat(page.locator("mg-tour-page .caption .asof")).isVisible();
            page.reload();
            assertThat(page.getByText(READ_ONLY)).isVisible();

            assertThat(tab.requests()).noneMatch(url -> url.contains("share_"));
            assertThat(keyed.alice().view("hers").path("step").intValue()).isEqualTo(211);
        }
        keyed.alice().post("/sessions/hers/init?overwrite=true", Map.of("dataset", "names")).ok();
        keyed.alice().step("hers", 200);
    }

    private static com.microsoft.playwright.Locator link(Page page, String name) {
        return page.getByRole(
                AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    @Test
    void aWithdrawnShareSaysSoInsteadOfAskingForAKey() {
        JsonNode share = share();
        try (Tab tab = openTab()) {
            Page page = tab.page();
            page.navigate("/s/hers" + fragment(share));
            assertThat(page.getByText(READ_ONLY)).isVisible();
            withdraw(share);
            assertThat(page.getByText("This link no longer works")).isVisible();
            assertThat(page.getByLabel("Key")).hasCount(0);
            page.reload();
            assertThat(page.getByText("This link no longer works")).isVisible();
        }
    }

    @Test
    void theOwnerMakesShowsAndWithdrawsALink() {
        try (Tab tab = openTab()) {
            Page page = tab.page();
            openWithKey(page);
            Tab.button(page, "Share this session").click();
            assertThat(page.getByText("This session has no links yet.")).isVisible();
            page.keyboard().type("Monday’s class"); // the field has the focus
            page.keyboard().press("Enter");
            String url = page.getByLabel("The link, which is not shown again").inputValue();
            assertThat(url).contains("/s/hers#share=share_");
            assertThat(page.getByAltText("QR code of the link")).isVisible();
            assertThat(
                            (Integer)
                                    page.getByAltText("QR code of the link")
                                            .evaluate("image => image.naturalWidth"))
                    .isPositive();
            JsonNode listed = keyed.alice().get(SHARES).ok().path("shares");
            assertThat(listed).hasSize(1);
            assertThat(listed.get(0).path("label").stringValue()).isEqualTo("Monday’s class");

            try (Tab guest = openTab()) {
                guest.page().navigate(url);
                assertThat(guest.page().getByText(READ_ONLY)).isVisible();
                assertThat(guest.page().locator("mg-loss-panel mg-chart")).isVisible();
            }
            Tab.button(page, "Withdraw Monday’s class").click();
            assertThat(page.getByText("This session has no links yet.")).isVisible();
            assertThat(page.getByText("Withdrawn: the link no longer works")).isVisible();
            assertThat(keyed.alice().get(SHARES).ok().path("shares")).isEmpty();
            page.keyboard().press("Escape");
            assertThat(Tab.button(page, TRAIN)).isVisible();
        }
    }

    private void openWithKey(Page page) {
        page.navigate("/s/hers");
        page.getByLabel("Key", new Page.GetByLabelOptions().setExact(true)).fill(keyed.aliceKey());
        Tab.button(page, "Continue").click();
        assertThat(Tab.button(page, TRAIN)).isVisible();
    }

    @Test
    void aDayThatIsTooLateIsRefusedWithTheReason() {
        try (Tab tab = openTab()) {
            Page page = tab.page();
            openWithKey(page);
            Tab.button(page, "Share this session").click();
            assertThat(page.getByText("This session has no links yet.")).isVisible();
            page.locator("mg-share-dialog form").evaluate("form => { form.noValidate = true; }");
            page.getByLabel("Valid until the end of").fill("2999-01-01");
            Tab.button(page, "Make a link").click();
            assertThat(page.getByRole(AriaRole.ALERT)).containsText("expiresAt must be from");
        }
    }

    /// A page of another session, and one that is reached without the link, ask for a key as before.
    @ParameterizedTest
    @ValueSource(strings = {"/", "/s/other", "/sweeps"})
    void aShareIsNotUsedOnOtherPages(String path) {
        try (Tab tab = openTab()) {
            Page page = tab.page();
            page.navigate("/s/hers" + fragment(share()));
            assertThat(page.getByText(READ_ONLY)).isVisible();
            page.navigate(path);
            assertThat(page.getByLabel("Key", new Page.GetByLabelOptions().setExact(true)))
                    .isVisible();
            assertThat(page.getByText(READ_ONLY)).hasCount(0);
        }
    }
}
