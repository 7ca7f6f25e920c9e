package dev.microgpt.access;

import java.io.PrintStream;

/// The command `new-key NAME`: makes an API key, prints it and how to configure it, and that is all.
public final class NewKeyCommand {

    private static final String COMMAND = "new-key";

    private NewKeyCommand() {}

    /// Whether these are the arguments of the command.
    public static boolean isMeant(String... args) {
        return args.length > 0 && args[0].equals(COMMAND);
    }

    /// @return whether the arguments were right
    public static boolean run(PrintStream out, String... args) {
        try {
            if (args.length != 2) {
                throw new IllegalArgumentException("one name is needed: new-key NAME");
            }
            String name = args[1];
            ApiKeys.Made key = ApiKeys.make(name);
            out.println("The key, to be kept by whoever is to call; it is not shown again:");
            out.println("    " + key.text());
            out.println("For the service:");
            out.println("    microgpt.security.keys." + name + "=" + key.hash());
            return true;
        } catch (IllegalArgumentException e) {
            out.println(e.getMessage());
            return false;
        }
    }
}
