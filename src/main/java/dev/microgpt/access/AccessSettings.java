package dev.microgpt.access;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Settings of access control, under `microgpt.security`.
///
/// @param open whether calls need no key, even if other machines can reach the service
/// @param keys the hash of each key's secret, by the key's name, as `new-key` prints it
/// @param allowedHosts host names under which the service may be called, besides `localhost` and IP
///     addresses; `.example.org` stands for all subdomains of `example.org`
/// @param allowedOrigins origins whose pages may call the service, besides its own, such as
///     `https://course.example`
@ConfigurationProperties("microgpt.security")
record AccessSettings(
        @DefaultValue("false") boolean open,
        @DefaultValue Map<String, String> keys,
        @DefaultValue Set<String> allowedHosts,
        @DefaultValue Set<String> allowedOrigins) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    AccessSettings {
        keys = Map.copyOf(keys);
        if (open && !keys.isEmpty()) {
            throw new IllegalArgumentException(
                    "microgpt.security.open=true contradicts the keys in microgpt.security.keys; remove"
                            + " one of them");
        }
        keys.forEach(
                (name, hash) -> {
                    requireName(name);
                    if (!ApiKeys.isHash(hash)) {
                        throw new IllegalArgumentException(
                                ("microgpt.security.keys.%s must be a hash as new-key prints it, which"
                                                + " begins with {pbkdf2}")
                                        .formatted(name));
                    }
                });
    }

    /// Checks the name of a key.
    ///
    /// @throws IllegalArgumentException if the name is not valid
    static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    ("the name of a key must have 1 to 63 characters a-z, 0-9 and '-' and must not"
                                    + " begin with '-', but is '%s'")
                            .formatted(name));
        }
    }
}
