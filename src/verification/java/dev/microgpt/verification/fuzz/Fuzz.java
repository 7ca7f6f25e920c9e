package dev.microgpt.verification.fuzz;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Runs Jazzer on a target, in a process of its own. The corpus that it builds stays in `target/fuzz` for the
/// next time.
public final class Fuzz {

    private static final int HEAP_MEGABYTES = 512;
    private static final int MAX_INPUT_BYTES = 1 << 14;
    private static final int INPUT_TIMEOUT_SECONDS = 20; // longer counts as a hang
    private static final int GRACE_SECONDS = 180;
    private static final Path RESOURCES = Path.of("src", "test", "resources", "fuzz");
    private static final Pattern EXECUTIONS =
            Pattern.compile("stat::number_of_executed_units:\\s*(\\d+)");
    private static final Pattern COVERAGE = Pattern.compile("cov: (\\d+)");

    /// The code that can be fuzzed.
    enum Target {
        CHECKPOINT(CheckpointTarget.class),
        MESSAGES(MessagesTarget.class);

        private final Class<?> code;

        Target(Class<?> code) {
            this.code = code;
        }

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// The outcome of fuzzing.
    ///
    /// @param executions how many inputs were tried
    /// @param coverage how many edges of the code they reached
    /// @param hasFailed whether an input revealed a bug; it is stored in `directory`
    /// @param log the output of Jazzer
    record Result(long executions, long coverage, boolean hasFailed, Path directory, Path log) {}

    private Fuzz() {}

    /// Exits with 2 if a bug is found.
    ///
    /// @param args a target and seconds, like `messages 600`; `checkpoint 60` by default
    public static void main(String[] args) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        String[] arguments = args.length == 0 ? new String[] {"checkpoint", "60"} : args;
        if (arguments.length != 2) {
            throw new IllegalArgumentException(
                    "expected a target (checkpoint or messages) and seconds, like 'checkpoint 600', but got '%s'"
                            .formatted(String.join(" ", args)));
        }
        Target target = Target.valueOf(arguments[0].toUpperCase(Locale.ROOT));
        Result result = run(target, Path.of("target", "fuzz"), Integer.parseInt(arguments[1]));
        out.printf(
                "%,d executions, %,d edges covered, %s; log: %s%n",
                result.executions,
                result.coverage,
                result.hasFailed ? "FAILED, the input is in " + result.directory : "no findings",
                result.log);
        System.exit(result.hasFailed ? 2 : 0);
    }

    /// Fuzzes a target.
    ///
    /// @param parent contains a directory for the corpus and the findings of each target
    /// @param seconds how long to fuzz after the seeds are read
    static Result run(Target target, Path parent, int seconds)
            throws IOException, InterruptedException {
        Path directory = parent.resolve(target.word());
        Path corpus = Files.createDirectories(directory.resolve("corpus"));
        Path seeds = Files.createDirectories(directory.resolve("seeds"));
        if (target == Target.CHECKPOINT) {
            CheckpointTarget.writeSeeds(seeds);
        }
        Path log = directory.resolve("log.txt");
        Process process =
                new ProcessBuilder(command(target, directory, corpus, seeds, seconds))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        Thread stop = new Thread(process::destroyForcibly, "stop-fuzzing");
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            boolean ended = process.waitFor((long) seconds + GRACE_SECONDS, TimeUnit.SECONDS);
            String printed = Files.readString(log, StandardCharsets.ISO_8859_1);
            return new Result(
                    last(EXECUTIONS, printed),
                    last(COVERAGE, printed),
                    !ended || process.exitValue() != 0,
                    directory,
                    log);
        } finally {
            process.destroyForcibly();
            Runtime.getRuntime().removeShutdownHook(stop);
        }
    }

    private static List<String> command(
            Target target, Path directory, Path corpus, Path seeds, int seconds) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED"));
        command.addAll(
                List.of("-XX:+EnableDynamicAgentLoading", "-Xmx%dm".formatted(HEAP_MEGABYTES)));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add("com.code_intelligence.jazzer.Jazzer");
        command.add("--target_class=" + target.code.getName());
        command.add("--instrumentation_includes=dev.microgpt.**");
        command.add("--instrumentation_excludes=dev.microgpt.verification.**");
        command.add("--custom_hook_includes=dev.microgpt.**");
        command.add("--reproducer_path=" + directory);
        command.add("-artifact_prefix=" + directory + "/");
        command.add("-dict=" + RESOURCES.resolve(target.word() + ".dict"));
        command.add("-max_len=" + MAX_INPUT_BYTES);
        command.add("-timeout=" + INPUT_TIMEOUT_SECONDS);
        command.add("-max_total_time=" + seconds);
        command.add("-print_final_stats=1");
        command.add("-rss_limit_mb=0"); // -Xmx limits the heap
        command.add(corpus.toString());
        command.add(seeds.toString());
        Path regressions = RESOURCES.resolve(target.word());
        if (Files.isDirectory(regressions)) {
            command.add(regressions.toString());
        }
        return command;
    }

    private static long last(Pattern pattern, String text) {
        long found = 0;
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found = Long.parseLong(matcher.group(1));
        }
        return found;
    }
}
