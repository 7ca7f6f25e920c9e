package dev.microgpt.fuzz;

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

/// Runs Jazzer on one of the targets, in a process of its own. What it has learned stays in `target/fuzz`,
/// for the next run.
final class Fuzz {

    private static final int HEAP_MEGABYTES = 512;
    private static final int LONGEST_INPUT = 1 << 14;
    private static final int INPUT_SECONDS = 20; // more is a hang
    private static final int GRACE_SECONDS = 180;
    private static final Path RESOURCES = Path.of("src", "test", "resources", "fuzz");
    private static final Pattern EXECUTIONS =
            Pattern.compile("stat::number_of_executed_units:\\s*(\\d+)");
    private static final Pattern COVERAGE = Pattern.compile("cov: (\\d+)");

    /// What there is to be fuzzed.
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

    /// @param executions inputs that were tried
    /// @param coverage edges of the code that they reached
    /// @param hasFailed whether one of them found a bug; it is kept in `directory`
    /// @param log all that Jazzer printed
    record Result(long executions, long coverage, boolean hasFailed, Path directory, Path log) {}

    private Fuzz() {}

    /// Exits with 2 if anything is found.
    ///
    /// @param args a target and seconds, like `checkpoint 600`
    public static void main(String[] args) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (args.length != 2) {
            throw new IllegalArgumentException(
                    "give a target (checkpoint or messages) and seconds, like: checkpoint 600");
        }
        Target target = Target.valueOf(args[0].toUpperCase(Locale.ROOT));
        Result result = run(target, Path.of("target", "fuzz"), Integer.parseInt(args[1]));
        out.printf(
                "%,d executions, %,d edges covered, %s; log: %s%n",
                result.executions,
                result.coverage,
                result.hasFailed ? "FAILED, the input is in " + result.directory : "no findings",
                result.log);
        System.exit(result.hasFailed ? 2 : 0);
    }

    /// @param parent for what is learned and found, in a directory of the target's own
    /// @param seconds after the seeds are read
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
        command.add("--instrumentation_excludes=dev.microgpt.fuzz.**");
        command.add("--custom_hook_includes=dev.microgpt.**");
        command.add("--reproducer_path=" + directory);
        command.add("-artifact_prefix=" + directory + "/");
        command.add("-dict=" + RESOURCES.resolve(target.word() + ".dict"));
        command.add("-max_len=" + LONGEST_INPUT);
        command.add("-timeout=" + INPUT_SECONDS);
        command.add("-max_total_time=" + seconds);
        command.add("-print_final_stats=1");
        command.add("-rss_limit_mb=0"); // the heap has a limit
        command.add(corpus.toString());
        command.add(seeds.toString());
        Path kept = RESOURCES.resolve(target.word());
        if (Files.isDirectory(kept)) {
            command.add(kept.toString());
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
