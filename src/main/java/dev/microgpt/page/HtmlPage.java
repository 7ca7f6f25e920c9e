package dev.microgpt.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

import java.io.IOException;

/// A page: a head that is the same for all pages, and the module that builds the rest in the browser. All URLs in it are
/// relative, so that it works below any path prefix of a proxy.
///
/// @param html the document, in UTF-8
/// @param policy its Content-Security-Policy
record HtmlPage(byte[] html, String policy) {

    private static final MediaType HTML = new MediaType(MediaType.TEXT_HTML, UTF_8);

    /// Allows only files of this server, and no inline script except the import map, so that a user's text
    /// that is mistakenly inserted as markup can neither run scripts nor send requests to other servers.
    static String policy(String importMap, String frameAncestors) {
        return String.join(
                "; ",
                "default-src 'none'",
                "script-src 'self' 'sha256-" + Digests.base64(importMap.getBytes(UTF_8)) + "'",
                "style-src 'self'",
                "connect-src 'self'",
                "img-src 'self' data: blob:",
                "font-src 'self'",
                "frame-ancestors " + frameAncestors,
                "base-uri 'none'",
                "form-action 'none'");
    }

    ResponseEntity<byte[]> toResponse() {
        return ResponseEntity.ok().headers(headers()).eTag(Digests.etag(html)).body(html);
    }

    /// Sends the page in place of one that does not exist.
    void writeNotFound(HttpServletResponse response) throws IOException {
        response.setStatus(HttpServletResponse.SC_NOT_FOUND);
        headers().forEach((name, values) -> response.setHeader(name, values.getFirst()));
        response.getOutputStream().write(html);
    }

    private HttpHeaders headers() {
        HttpHeaders headers = new HttpHeaders();
        headers.setContentType(HTML);
        headers.setCacheControl(CacheControl.noCache());
        headers.set("Content-Security-Policy", policy);
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        return headers;
    }
}
