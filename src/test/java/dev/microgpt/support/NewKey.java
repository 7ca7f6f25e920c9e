package dev.microgpt.support;

import dev.microgpt.access.NewKeyCommand;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// An API key, created with the command that an operator uses.
///
/// @param text the key, for the caller
/// @param setting the setting that admits it, `name=value`
public record NewKey(String text, String setting) {

    public static NewKey of(String name) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        NewKeyCommand.run(new PrintStream(printed, true, StandardCharsets.UTF_8), "new-key", name);
        List<String> indented =
                printed.toString(StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.startsWith("    "))
                        .map(String::strip)
                        .toList();
        return new NewKey(indented.get(0), indented.get(1));
    }

    /// Returns the hash of the key's secret.
    public String hash() {
        return setting.substring(setting.indexOf('=') + 1);
    }
}
