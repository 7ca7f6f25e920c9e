package dev.microgpt.verification.coldstart;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/// Starts the packaged service repeatedly, and checks that its first calls are answered.
public final class ColdStart {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LATER_CALL_TIMEOUT = Duration.ofSeconds(20);
    private static final int START_SECONDS = 300;

    private final StormPlan plan;
    private final PrintStream out;

    private ColdStart(StormPlan plan, PrintStream out) {
        this.plan = plan;
        this.out = out;
    }

    /// Exits with 1 unless all calls of all starts succeed.
    ///
    /// @param args values that differ from the default plan, like `starts=3`
    public static void main(String[] args) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        List<StormResult> results = run(StormPlan.of(args), out);
        System.exit(results.stream().allMatch(StormResult::isGood) ? 0 : 1);
    }

    /// Carries out a plan.
    ///
    /// @return the result of each start
    public static List<StormResult> run(StormPlan plan, PrintStream out)
            throws IOException, InterruptedException {
        ColdStart test = new ColdStart(plan, out);
        List<StormResult> results = new ArrayList<>();
        for (int i = 1; i <= plan.starts(); i++) {
            StormResult result = test.startOnce();
            results.add(result);
            out.printf("start %d: %s%n", i, result);
        }
        out.printf(
                "starts that hung: %d, with unanswered calls: %d, with failed calls: %d, not stopped within 10 s: %d; total: %d%n",
                count(results, StormResult::isHung),
                count(results, result -> !result.unanswered().isEmpty()),
                count(results, result -> !result.failed().isEmpty()),
                count(results, result -> !result.stopped()),
                results.size());
        return results;
    }

    private static long count(List<StormResult> results, Predicate<StormResult> condition) {
        return results.stream().filter(condition).count();
    }

    private StormResult startOnce() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("coldstart");
        BusyThreads busy = new BusyThreads(plan.busy(), START_SECONDS + plan.answerSeconds());
        try (PackagedService service =
                PackagedService.start(plan.jar(), directory, plan.options())) {
            return callAndStop(service, busy);
        } finally {
            busy.close();
            PackagedService.delete(directory);
        }
    }

    private StormResult callAndStop(PackagedService service, BusyThreads busy)
            throws IOException, InterruptedException {
        long begin = System.nanoTime();
        try (FirstCalls calls = FirstCalls.send(service.port(), plan.jar())) {
            await(calls.calls());
            double seconds = (System.nanoTime() - begin) / 1e9;
            busy.close();
            boolean hung = !calls.isAnsweredLater(LATER_CALL_TIMEOUT);
            List<String> unanswered = new ArrayList<>();
            List<String> failed = new ArrayList<>();
            sort(calls.calls(), unanswered, failed);
            boolean stopped = service.stopWithin(STOP_TIMEOUT);
            return new StormResult(
                    calls.calls().size(), unanswered, failed, hung, stopped, seconds);
        }
    }

    private void await(List<FirstCalls.Call> calls) throws InterruptedException {
        CompletableFuture<?>[] all =
                calls.stream().map(FirstCalls.Call::fault).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(all).get(plan.answerSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            out.println("not all calls were answered: " + e);
        }
    }

    private static void sort(
            List<FirstCalls.Call> calls, List<String> unanswered, List<String> failed) {
        for (FirstCalls.Call call : calls) {
            CompletableFuture<String> fault = call.fault();
            if (!fault.isDone() || fault.isCompletedExceptionally()) {
                unanswered.add(call.name());
            } else if (!fault.join().isEmpty()) {
                failed.add(call.name() + ": " + fault.join());
            }
        }
    }
}
