package dev.microgpt.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The HTML of the pages, and the headers that they are served with.
@ServiceTest
final class PagesTest {

    private static final Pattern IMPORT_MAP =
            Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);

    private final Api api;

    PagesTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    private Reply get(String path) {
        Reply reply = api.send(api.root(path).header("Accept", "text/html,*/*;q=0.8"));
        assertThat(reply.status()).as(path).isEqualTo(200);
        return reply;
    }

    private static String importMap(Reply page) {
        Matcher matcher = IMPORT_MAP.matcher(page.body());
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/s/names",
                "/s/nobody",
                "/s/names/lab",
                "/s/names/strings",
                "/s/names/tour",
                "/compare",
                "/sweeps",
                "/sweeps/lr",
                "/embed/s/names/loss"
            })
    void pagesAllowNoForeignScripts(String path) {
        Reply page = get(path);
        String policy = page.header("Content-Security-Policy");
        String hash = Digests.base64(importMap(page).getBytes(StandardCharsets.UTF_8));

        assertThat(page.header("Content-Type")).isEqualTo("text/html;charset=UTF-8");
        assertThat(policy)
                .contains(
                        "default-src 'none'",
                        "script-src 'self' 'sha256-" + hash + "';",
                        "style-src 'self';",
                        "frame-ancestors 'none'",
                        "base-uri 'none'",
                        "form-action 'none'")
                .doesNotContain("unsafe", "*", "http:");
        assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(page.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(page.body().replaceAll("(?s)<script type=\"importmap\">.*?</script>", ""))
                .doesNotContainPattern("<script(?![^>]* src=)")
                .doesNotContain("<style", "style=", "://");
    }

    @Test
    void theNameInTheUrlIsNotWrittenIntoThePage() {
        assertThat(get("/s/%3Cscript%3Ealert(1)%3Cscript%3E").body())
                .isEqualTo(get("/s/names").body());
    }

    private static String address(JsonNode imports, String name) {
        String address = imports.path(name).stringValue();
        assertThat(address).startsWith("./");
        return address.substring(1);
    }

    /// A proxy may serve the pages below a path prefix.
    @ParameterizedTest
    @CsvSource({
        "/, ./",
        "/compare, ./",
        "/sweeps, ./",
        "/sweeps/lr, ../",
        "/s/names, ../",
        "/embed/s/names/loss, ../../../",
        "/s/names/lab, ../../"
    })
    void allAddressesAreRelativeToThePage(String path, String root) {
        Reply page = get(path);

        assertThat(page.body()).doesNotContainPattern("(src|href)=\"/");
        assertThat(page.body()).contains("href=\"" + root + "css/base.css\"");
        assertThat(importMap(page)).contains("\"" + root + "_static/").doesNotContain("\"/");
    }

    @Test
    void librariesInTheImportMapAreImmutable() {
        JsonNode imports = Json.parse(importMap(get("/"))).path("imports");

        for (String library :
                new String[] {"lit", "lit-html", "@lit/reactive-element", "echarts"}) {
            Reply file = get(address(imports, library));
            assertThat(file.header("Content-Type")).as(library).startsWith("text/javascript");
            assertThat(file.header("Cache-Control")).contains("immutable", "max-age=31536000");
            assertThat(file.header("X-Content-Type-Options")).isEqualTo("nosniff");
        }
        assertThat(get(address(imports, "lit/") + "directives/repeat.js").body()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/s/names",
                "/js/data/api.js",
                "/client/microgpt.js",
                "/css/base.css",
                "/img/icon.svg",
                "/texts/en/common.json"
            })
    void ownFilesAreRevalidated(String path) {
        Reply first = get(path);
        assertThat(first.header("Cache-Control")).isEqualTo("no-cache");

        Reply second = api.send(api.root(path).header("If-None-Match", first.header("ETag")));
        assertThat(second.status()).isEqualTo(304);
        assertThat(second.body()).isEmpty();
    }

    private Reply getMissing(String path, String accept) {
        Reply reply = api.send(api.root(path).header("Accept", accept));
        assertThat(reply.status()).as(path).isEqualTo(404);
        return reply;
    }

    @ParameterizedTest
    @CsvSource({"/nonsense, ./", "/s/names/nonsense, ../../", "/nonsense/, ../"})
    void anUnknownPathIsAPageForABrowser(String path, String root) {
        Reply page = getMissing(path, "text/html,application/xhtml+xml,*/*;q=0.8");

        assertThat(page.header("Content-Type")).isEqualTo("text/html;charset=UTF-8");
        assertThat(page.header("Content-Security-Policy")).contains("script-src 'self' 'sha256-");
        assertThat(page.header("Cache-Control")).isEqualTo("no-cache");
        assertThat(page.body())
                .contains("src=\"" + root + "js/pages/not-found.js\"")
                .doesNotContain("nonsense");
    }

    /// Each level would make the page longer, by far more than the path.
    @Test
    void aDeepUnknownPathIsAProblem() {
        Reply reply = getMissing("/a".repeat(2000), "text/html");

        assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
        assertThat(reply.body()).hasSizeLessThan(5000);
    }

    @ParameterizedTest
    @CsvSource({
        "/nonsense, */*",
        "/nonsense, application/json",
        "/nonsense, no media type",
        "/api/v1/nonsense, text/html",
        "/api/nonsense, text/html"
    })
    void anUnknownPathIsAProblemForApiClients(String path, String accept) {
        Reply reply = getMissing(path, accept);

        assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
        assertThat(reply.body()).contains("\"code\":\"not_found\"");
    }
}
