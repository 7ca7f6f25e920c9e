package dev.microgpt.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

import java.io.IOException;

/// The pages: a head that is the same for all, and a module that does the rest in the browser. They
/// hold nothing that a user has written; which session they show, their modules read from the URL.
@Controller
class PageController {

    private static final MediaType HTML = new MediaType(MediaType.TEXT_HTML, UTF_8);

    private final String template;
    private final ImportMap importMap;
    private final byte[] sessions;
    private final byte[] live;
    private final byte[] lab;
    private final byte[] tour;
    private final byte[] compare;
    private final String policy;

    PageController() throws IOException {
        template =
                new ClassPathResource("page.html", PageController.class).getContentAsString(UTF_8);
        importMap = ImportMap.read();
        sessions = page("Sessions", "sessions");
        live = page("Live", "live");
        lab = page("Lab", "lab");
        tour = page("Tour", "tour");
        compare = page("Compare", "compare");
        policy = policy(importMap);
    }

    private byte[] page(String title, String module) {
        return template.replace("{title}", title)
                .replace("{module}", module)
                .replace("{importMap}", importMap.json())
                .getBytes(UTF_8);
    }

    /// Nothing but this server's own files, and no inline script but the import map: a text of a user
    /// that found its way into a page as markup could neither run nor call anywhere.
    private static String policy(ImportMap importMap) {
        return String.join(
                "; ",
                "default-src 'none'",
                "script-src 'self' 'sha256-%s'"
                        .formatted(Digests.base64(importMap.json().getBytes(UTF_8))),
                "style-src 'self'",
                "connect-src 'self'",
                "img-src 'self' data: blob:",
                "font-src 'self'",
                "frame-ancestors 'none'",
                "base-uri 'none'",
                "form-action 'none'");
    }

    @GetMapping("/")
    ResponseEntity<byte[]> sessions() {
        return reply(sessions);
    }

    @GetMapping("/s/{name}")
    ResponseEntity<byte[]> live() {
        return reply(live);
    }

    @GetMapping("/s/{name}/lab")
    ResponseEntity<byte[]> lab() {
        return reply(lab);
    }

    @GetMapping("/s/{name}/tour")
    ResponseEntity<byte[]> tour() {
        return reply(tour);
    }

    @GetMapping("/compare")
    ResponseEntity<byte[]> compare() {
        return reply(compare);
    }

    private ResponseEntity<byte[]> reply(byte[] page) {
        return ResponseEntity.ok()
                .contentType(HTML)
                .cacheControl(CacheControl.noCache())
                .eTag(Digests.etag(page))
                .header("Content-Security-Policy", policy)
                .header("Cross-Origin-Opener-Policy", "same-origin")
                .body(page);
    }
}
