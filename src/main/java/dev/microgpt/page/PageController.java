package dev.microgpt.page;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.http.HttpMethod;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.servlet.resource.NoResourceFoundException;

import java.util.Set;

/// Serves the pages, each of which is made when it is first asked for. They contain no user data; their modules read from the
/// URL which session or sweep to show.
@Controller
class PageController {

    /// The panels that can be embedded: those of `panels/index.js`.
    static final Set<String> PANELS =
            Set.of(
                    "samples",
                    "attention",
                    "loss",
                    "probabilities",
                    "health",
                    "heads",
                    "probes",
                    "network",
                    "embeddings",
                    "mlp",
                    "parameters");

    private final SingletonSupplier<HtmlPage> sessions;
    private final SingletonSupplier<HtmlPage> live;
    private final SingletonSupplier<HtmlPage> lab;
    private final SingletonSupplier<HtmlPage> strings;
    private final SingletonSupplier<HtmlPage> tour;
    private final SingletonSupplier<HtmlPage> compare;
    private final SingletonSupplier<HtmlPage> sweeps;
    private final SingletonSupplier<HtmlPage> sweep;
    private final SingletonSupplier<HtmlPage> embed;

    PageController(PageTemplate template) {
        sessions = SingletonSupplier.of(() -> template.page("Sessions", "sessions", 0));
        live = SingletonSupplier.of(() -> template.pageOfPanels("Live", "live", 1));
        lab = SingletonSupplier.of(() -> template.page("Lab", "lab", 2));
        strings = SingletonSupplier.of(() -> template.page("Strings", "strings", 2));
        tour = SingletonSupplier.of(() -> template.page("Tour", "tour", 2));
        compare = SingletonSupplier.of(() -> template.page("Compare", "compare", 0));
        sweeps = SingletonSupplier.of(() -> template.page("Sweeps", "sweeps", 0));
        sweep = SingletonSupplier.of(() -> template.page("Sweep", "sweep", 1));
        embed = SingletonSupplier.of(() -> template.embeddedPage("Panel", "embed", 3));
    }

    @GetMapping("/")
    ResponseEntity<byte[]> sessions() {
        return sessions.obtain().toResponse();
    }

    @GetMapping("/s/{name}")
    ResponseEntity<byte[]> live() {
        return live.obtain().toResponse();
    }

    @GetMapping("/s/{name}/lab")
    ResponseEntity<byte[]> lab() {
        return lab.obtain().toResponse();
    }

    @GetMapping("/s/{name}/strings")
    ResponseEntity<byte[]> strings() {
        return strings.obtain().toResponse();
    }

    @GetMapping("/s/{name}/tour")
    ResponseEntity<byte[]> tour() {
        return tour.obtain().toResponse();
    }

    @GetMapping("/compare")
    ResponseEntity<byte[]> compare() {
        return compare.obtain().toResponse();
    }

    @GetMapping("/sweeps")
    ResponseEntity<byte[]> sweeps() {
        return sweeps.obtain().toResponse();
    }

    @GetMapping("/sweeps/{name}")
    ResponseEntity<byte[]> sweep() {
        return sweep.obtain().toResponse();
    }

    @GetMapping("/embed/s/{name}/{panel}")
    ResponseEntity<byte[]> embed(@PathVariable String panel, HttpServletRequest request)
            throws NoResourceFoundException {
        if (!PANELS.contains(panel)) {
            String path = request.getRequestURI();
            throw new NoResourceFoundException(HttpMethod.GET, path, path);
        }
        return embed.obtain().toResponse();
    }
}
