package dev.microgpt.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Makes the pages from `page.html` and the import map, which are the same for all of them.
@Component
final class PageTemplate {

    /// Tells the scripts that other sites may embed panels.
    private static final String EMBEDS = "\n  <meta name=\"microgpt-embeds\" content=\"allowed\">";

    /// What a browser shows until the modules of the page have loaded: the header without its texts, whose language only
    /// the browser knows.
    private static final String HEADER =
            "<div class=\"first-header\"><div><img src=\"{files}img/icon.svg\" alt=\"\" width=\"24\" height=\"24\">"
                    + "<span>microgpt</span></div></div>";

    private static final String MODULES = "/js/pages/";
    private static final String LIBRARIES = "/_static/";
    private static final String PANELS = "/js/panels/index.js";

    private final String html;
    private final ImportMap imports;
    private final ModuleGraph modules;
    private final EmbedSettings embeds;
    private final DashboardFiles files;

    PageTemplate(EmbedSettings embeds, DashboardFiles files) throws IOException {
        this.embeds = embeds;
        this.files = files;
        html =
                new ClassPathResource("page.html", PageTemplate.class)
                        .getContentAsString(UTF_8)
                        .replace("{embeds}", embeds.allowsAny() ? EMBEDS : "");
        imports = ImportMap.read();
        modules = new ModuleGraph(imports);
    }

    /// Makes a page.
    ///
    /// @param title what the tab shows
    /// @param module the name of its module in `js/pages`
    /// @param depth the number of folders between the root and the page
    HtmlPage page(String title, String module, int depth) {
        return page(title, module, depth, List.of(), HEADER, "'none'");
    }

    /// Makes a page that loads all panels at once.
    HtmlPage pageOfPanels(String title, String module, int depth) {
        return page(title, module, depth, modules.importedLater(PANELS), HEADER, "'none'");
    }

    /// Makes a page that the configured origins may embed.
    HtmlPage embeddedPage(String title, String module, int depth) {
        return page(title, module, depth, List.of(), "", embeds.frameAncestors());
    }

    /// @param panels the paths of modules that the page's own loads at once by `import()`
    private HtmlPage page(
            String title,
            String module,
            int depth,
            List<String> panels,
            String header,
            String frameAncestors) {
        String root = depth == 0 ? "./" : "../".repeat(depth);
        String importMap = imports.json(root);
        List<String> loaded = new ArrayList<>(List.of(MODULES + module + ".js"));
        loaded.addAll(panels);
        Set<String> needed = modules.neededBy(loaded);
        String page =
                html.replace("{title}", title)
                        .replace("{module}", module)
                        .replace("{importMap}", importMap)
                        .replace("{texts}", String.join(" ", modules.textsOf(needed)))
                        .replace("{modules}", preloads(needed))
                        .replace("{header}", header)
                        .replace("{files}", "{root}" + files.root())
                        .replace("{root}", root);
        return new HtmlPage(page.getBytes(UTF_8), HtmlPage.policy(importMap, frameAncestors));
    }

    /// Returns the elements that let the browser load modules at once.
    private static String preloads(Collection<String> modules) {
        return modules.stream()
                .map(
                        path ->
                                "<link rel=\"modulepreload\" href=\""
                                        + (path.startsWith(LIBRARIES) ? "{root}" : "{files}")
                                        + path.substring(1)
                                        + "\">")
                .collect(Collectors.joining("\n  "));
    }
}
