package dev.microgpt.access;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Who may call, under `microgpt.security`.
///
/// @param open no keys are asked for, wherever the service can be reached from
/// @param keys the hash of each key's secret by the key's name, as `new-key` prints it
/// @param allowedHosts names under which the service may be called, besides `localhost` and addresses;
///     `.example.org` stands for all names that end so
/// @param allowedOrigins whose pages may call besides those of this server, such as
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
                    "microgpt.security.open=true contradicts the keys in microgpt.security.keys");
        }
        keys.forEach(
                (name, hash) -> {
                    requireName(name);
                    if (!ApiKeys.isHash(hash)) {
                        throw new IllegalArgumentException(
                                ("microgpt.security.keys.%s is not a hash as new-key prints it: one begins"
                                                + " with {pbkdf2}")
                                        .formatted(name));
                    }
                });
    }

    /// @throws IllegalArgumentException if no key can have the name
    static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    ("a key's name has 1 to 63 characters a-z, 0-9 and '-' and does not begin with '-',"
                                    + " but this one is '%s'")
                            .formatted(name));
        }
    }
}
