package dev.microgpt.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.springframework.core.io.ClassPathResource;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

import java.io.IOException;

/// Serves the pages. They contain no user data; their modules read from the URL which session to show.
@Controller
class PageController {

    private final HtmlPage sessions;
    private final HtmlPage live;
    private final HtmlPage lab;
    private final HtmlPage tour;
    private final HtmlPage compare;

    PageController() throws IOException {
        String template =
                new ClassPathResource("page.html", PageController.class).getContentAsString(UTF_8);
        ImportMap imports = ImportMap.read();
        sessions = HtmlPage.of(template, imports, "Sessions", "sessions", 0);
        live = HtmlPage.of(template, imports, "Live", "live", 1);
        lab = HtmlPage.of(template, imports, "Lab", "lab", 2);
        tour = HtmlPage.of(template, imports, "Tour", "tour", 2);
        compare = HtmlPage.of(template, imports, "Compare", "compare", 0);
    }

    @GetMapping("/")
    ResponseEntity<byte[]> sessions() {
        return sessions.toResponse();
    }

    @GetMapping("/s/{name}")
    ResponseEntity<byte[]> live() {
        return live.toResponse();
    }

    @GetMapping("/s/{name}/lab")
    ResponseEntity<byte[]> lab() {
        return lab.toResponse();
    }

    @GetMapping("/s/{name}/tour")
    ResponseEntity<byte[]> tour() {
        return tour.toResponse();
    }

    @GetMapping("/compare")
    ResponseEntity<byte[]> compare() {
        return compare.toResponse();
    }
}
