package dev.microgpt.page;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Settings of embedded panels, under `microgpt.embed`.
///
/// @param origins origins whose pages may embed a panel, such as `https://course.example`; none by default
@ConfigurationProperties("microgpt.embed")
record EmbedSettings(@DefaultValue Set<String> origins) {

    /// A scheme, a host and perhaps a port. Nothing else can be in the header that names the origins.
    private static final Pattern ORIGIN =
            Pattern.compile(
                    "https?://([A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?");

    EmbedSettings {
        origins = new TreeSet<>(origins); // the same order each time
        for (String origin : origins) {
            if (!ORIGIN.matcher(origin).matches()) {
                throw new IllegalArgumentException(
                        "microgpt.embed.origins must contain origins such as https://course.example or"
                                + " http://localhost:3000, without a path or a wildcard, but one is '%s'"
                                        .formatted(origin));
            }
        }
    }

    boolean allowsAny() {
        return !origins.isEmpty();
    }

    /// Returns the sources of the directive `frame-ancestors` of a Content-Security-Policy.
    String frameAncestors() {
        return origins.isEmpty() ? "'none'" : String.join(" ", origins);
    }
}
