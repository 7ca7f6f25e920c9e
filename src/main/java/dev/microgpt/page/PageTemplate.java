package dev.microgpt.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

import java.io.IOException;

/// Makes the pages from `page.html` and the import map, which are the same for all of them.
@Component
final class PageTemplate {

    private final String html;
    private final ImportMap imports;

    PageTemplate() throws IOException {
        html = new ClassPathResource("page.html", PageTemplate.class).getContentAsString(UTF_8);
        imports = ImportMap.read();
    }

    /// Makes a page.
    ///
    /// @param title what the tab shows
    /// @param module the name of its module in `js/pages`
    /// @param depth the number of folders between the root and the page
    HtmlPage page(String title, String module, int depth) {
        return HtmlPage.of(html, imports, title, module, depth);
    }
}
