package dev.microgpt.access;

import java.io.PrintStream;

/// The command `new-key NAME`, which generates an API key and prints it together with its setting, instead of
/// starting the service.
public final class NewKeyCommand {

    private static final String COMMAND = "new-key";

    private NewKeyCommand() {}

    /// Returns whether the arguments are those of this command.
    public static boolean matches(String... args) {
        return args.length > 0 && args[0].equals(COMMAND);
    }

    /// Prints a new key, or what is wrong with the arguments.
    ///
    /// @return whether the arguments were valid
    public static boolean run(PrintStream out, String... args) {
        try {
            if (args.length != 2) {
                throw new IllegalArgumentException(
                        "new-key needs exactly one argument, the name of the key, but got %d: new-key NAME"
                                .formatted(args.length - 1));
            }
            String name = args[1];
            ApiKeys.NewKey key = ApiKeys.generate(name);
            out.println("The key, for the caller. Keep it: it is not shown again.");
            out.println("    " + key.text());
            out.println("The setting, for the service:");
            out.println("    microgpt.security.keys." + name + "=" + key.hash());
            return true;
        } catch (IllegalArgumentException e) {
            out.println(e.getMessage());
            return false;
        }
    }
}
