package dev.microgpt.verification.coldstart;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The parameters of the cold-start test.
///
/// @param jar the packaged service
/// @param starts how often the service is started, one after another
/// @param busy threads that compete with the service for the CPUs
/// @param answerSeconds the time limit for all calls of a start
/// @param options command-line options of the service
public record StormPlan(Path jar, int starts, int busy, int answerSeconds, List<String> options) {

    public StormPlan {
        if (starts < 1 || busy < 0 || busy > 64 || answerSeconds < 1 || answerSeconds > 600) {
            throw new IllegalArgumentException(
                    ("starts must be at least 1, busy 0 to 64 and seconds 1 to 600, but got"
                                    + " starts=%d busy=%d seconds=%d")
                            .formatted(starts, busy, answerSeconds));
        }
    }

    /// Returns the default plan with some values changed.
    ///
    /// @param arguments like `starts=3`, `busy=4`, `seconds=60` or `jar=target/some.jar`; those that start
    ///     with `--` are options of the service
    static StormPlan of(String... arguments) throws IOException {
        StormPlan plan =
                new StormPlan(
                        Path.of(""),
                        30,
                        2 * Runtime.getRuntime().availableProcessors(),
                        60,
                        List.of());
        for (String argument : arguments) {
            plan = plan.with(argument);
        }
        return plan.jar.toString().isEmpty()
                ? plan.withJar(PackagedService.jarIn(Path.of("target")))
                : plan;
    }

    private StormPlan with(String argument) {
        if (argument.startsWith("--")) {
            List<String> more = Stream.concat(options.stream(), Stream.of(argument)).toList();
            return new StormPlan(jar, starts, busy, answerSeconds, more);
        }
        String[] parts = argument.split("=", 2);
        String value = parts[parts.length - 1];
        return switch (parts[0]) {
            case "jar" -> withJar(Path.of(value));
            case "starts" ->
                    new StormPlan(jar, Integer.parseInt(value), busy, answerSeconds, options);
            case "busy" ->
                    new StormPlan(jar, starts, Integer.parseInt(value), answerSeconds, options);
            case "seconds" -> new StormPlan(jar, starts, busy, Integer.parseInt(value), options);
            default ->
                    throw new IllegalArgumentException(
                            "expected jar=, starts=, busy=, seconds= or an option of the service, but got '%s'"
                                    .formatted(argument));
        };
    }

    private StormPlan withJar(Path other) {
        return new StormPlan(other, starts, busy, answerSeconds, options);
    }
}
