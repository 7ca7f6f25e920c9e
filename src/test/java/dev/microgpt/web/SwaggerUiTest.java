package dev.microgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.net.URI;

/// Tests that Swagger UI loads in a browser. The pages of the dashboard have their own tests.
@ServiceTest
final class SwaggerUiTest {

    private final Api api;

    SwaggerUiTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    private Reply browse(String path) {
        return api.send(api.root(path).header("Accept", "text/html,*/*;q=0.8"));
    }

    private static String target(Reply redirect) {
        assertThat(redirect.status()).isIn(301, 302, 303, 307, 308);
        return URI.create(redirect.header("Location")).getPath();
    }

    @Test
    void swaggerUiLoads() {
        String index = target(browse("/swagger-ui.html"));
        Reply page = browse(index);

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.body()).contains("swagger-ui-bundle.js");
        String folder = index.substring(0, index.lastIndexOf('/') + 1);
        for (String file :
                new String[] {"swagger-ui-bundle.js", "swagger-initializer.js", "swagger-ui.css"}) {
            assertThat(browse(folder + file).status()).as(file).isEqualTo(200);
        }
        assertThat(browse("/v3/api-docs/swagger-config").ok().path("url").stringValue())
                .isEqualTo("/v3/api-docs");
    }
}
