package dev.microgpt.page;

import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/// Serves the pages. They contain no user data; their modules read from the URL which session or sweep to show.
@Controller
class PageController {

    private final HtmlPage sessions;
    private final HtmlPage live;
    private final HtmlPage lab;
    private final HtmlPage strings;
    private final HtmlPage tour;
    private final HtmlPage compare;
    private final HtmlPage sweeps;
    private final HtmlPage sweep;

    PageController(PageTemplate template) {
        sessions = template.page("Sessions", "sessions", 0);
        live = template.page("Live", "live", 1);
        lab = template.page("Lab", "lab", 2);
        strings = template.page("Strings", "strings", 2);
        tour = template.page("Tour", "tour", 2);
        compare = template.page("Compare", "compare", 0);
        sweeps = template.page("Sweeps", "sweeps", 0);
        sweep = template.page("Sweep", "sweep", 1);
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

    @GetMapping("/s/{name}/strings")
    ResponseEntity<byte[]> strings() {
        return strings.toResponse();
    }

    @GetMapping("/s/{name}/tour")
    ResponseEntity<byte[]> tour() {
        return tour.toResponse();
    }

    @GetMapping("/compare")
    ResponseEntity<byte[]> compare() {
        return compare.toResponse();
    }

    @GetMapping("/sweeps")
    ResponseEntity<byte[]> sweeps() {
        return sweeps.toResponse();
    }

    @GetMapping("/sweeps/{name}")
    ResponseEntity<byte[]> sweep() {
        return sweep.toResponse();
    }
}
