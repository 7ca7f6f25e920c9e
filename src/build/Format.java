import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.spi.ToolProvider;

/// Runs google-java-format (AOSP style) over every Java source below the working directory's `src`.
///
/// The build calls it with `check`, which fails on a file that is not formatted, or with `fix`, which
/// rewrites it. It is a program of its own because the formatter parses with the compiler of the JVM
/// it runs in: that has to be the JDK of the toolchain, not the older one Maven may run on.
final class Format {

    public static void main(String[] args) throws IOException {
        if (args.length != 1 || !List.of("check", "fix").contains(args[0])) {
            System.err.println("-Dformat takes check or fix, not: " + Arrays.toString(args));
            System.exit(2);
        }
        var fix = args[0].equals("fix");
        var arguments = new ArrayList<String>();
        arguments.add("--aosp");
        arguments.add("--skip-javadoc-formatting");
        arguments.add("--skip-reflowing-long-strings"); // twice is not the same as once
        arguments.addAll(
                fix ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
        try (var files = Files.walk(Path.of("src"))) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .forEach(file -> arguments.add(file.toString()));
        }

        var formatter = ToolProvider.findFirst("google-java-format").orElseThrow();
        var status =
                formatter.run(
                        new PrintWriter(System.out, true),
                        new PrintWriter(System.err, true),
                        arguments.toArray(String[]::new));
        if (status != 0 && !fix) {
            System.err.println("Not formatted (see above). To fix: ./mvnw validate -Dformat=fix");
        }
        System.exit(status);
    }
}
