package dev.microgpt.verification;

import dev.microgpt.verification.cluster.ClusterFaults;
import dev.microgpt.verification.cluster.ClusterSpeed;
import dev.microgpt.verification.coldstart.ColdStart;
import dev.microgpt.verification.crash.CrashRecovery;
import dev.microgpt.verification.deploy.Capacity;
import dev.microgpt.verification.deploy.Deployment;
import dev.microgpt.verification.fuzz.Fuzz;
import dev.microgpt.verification.load.LiveLoad;
import dev.microgpt.verification.pages.FirstPaint;
import dev.microgpt.verification.pages.LabSpeed;
import dev.microgpt.verification.pages.LivePicture;
import dev.microgpt.verification.pages.PageLoad;
import dev.microgpt.verification.soak.Soak;
import dev.microgpt.verification.start.StartTimes;
import dev.microgpt.verification.store.StoreCost;
import dev.microgpt.verification.sweep.SweepCheck;
import dev.microgpt.verification.tokens.BpeSpeed;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Runs one of the verification programs by name. Without a name it lists them.
public final class Verification {

    /// @param arguments an example of what the program accepts; all of them are optional
    private record Program(String name, String arguments, String summary, Main main) {

        @Override
        public String toString() {
            return "  %-10s %-22s %s".formatted(name, arguments, summary);
        }
    }

    private interface Main {
        void run(String[] arguments) throws Exception;
    }

    private static final List<Program> PROGRAMS =
            List.of(
                    new Program(
                            "bpe",
                            "megabytes=50",
                            "measures how fast byte-pair tokens are found in large texts",
                            BpeSpeed::main),
                    new Program(
                            "capacity",
                            "",
                            "measures what a node's sessions need of PostgreSQL, network and memory",
                            Capacity::main),
                    new Program(
                            "cluster",
                            "minutes=5 kills=5",
                            "kills nodes of a cluster, cuts their network, restarts their database",
                            ClusterFaults::main),
                    new Program(
                            "clusterspeed",
                            "",
                            "measures calls through another node, and runs on three nodes and on one",
                            ClusterSpeed::main),
                    new Program(
                            "coldstart",
                            "starts=3 busy=2",
                            "starts the packaged jar many times under its first 100 calls at once",
                            ColdStart::main),
                    new Program(
                            "crash",
                            "kills=5 clients=3",
                            "kills the service at random and checks that no confirmed change is lost",
                            CrashRecovery::main),
                    new Program(
                            "deploy",
                            "",
                            "runs the cluster of compose.yaml without containers; needs nginx",
                            Deployment::main),
                    new Program(
                            "fuzz",
                            "messages 600",
                            "fuzzes the reading of checkpoints, or live messages, for some seconds",
                            Fuzz::main),
                    new Program(
                            "load",
                            "sessions=20 pairs=2",
                            "measures what watchers of one session cost the training of the others",
                            LiveLoad::main),
                    new Program(
                            "soak",
                            "minutes=5",
                            "uses every feature for half an hour and looks for leaks",
                            Soak::main),
                    new Program(
                            "start",
                            "starts=5 cold=1",
                            "measures the time to the first response, for each way to start the package",
                            StartTimes::main),
                    new Program(
                            "store",
                            "speed",
                            "measures the cost of persistence, and a restart with 10,000 sessions",
                            StoreCost::main),
                    new Program(
                            "sweep",
                            "sessions=100 killed=40",
                            "measures a sweep, and kills the service during another one",
                            SweepCheck::main),
                    new Program(
                            "lab",
                            "",
                            "measures how fast the lab page responds; needs a Chromium",
                            LabSpeed::main),
                    new Program(
                            "page",
                            "minutes=3",
                            "measures frame rate and memory of the Live page; needs a Chromium",
                            PageLoad::main),
                    new Program(
                            "paint",
                            "visits=5",
                            "measures the time to the first paint of pages; needs a Chromium",
                            FirstPaint::main),
                    new Program(
                            "picture",
                            "",
                            "takes the README's picture of the Live page; needs a Chromium",
                            LivePicture::main));

    private Verification() {}

    /// Runs a program, whose exit code becomes that of this process. Exits with 1 if there is no such
    /// program.
    ///
    /// @param args the name of a program, followed by its arguments
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (args.length == 0) {
            list(out);
            return;
        }
        Optional<Program> program = find(args[0]);
        if (program.isEmpty()) {
            out.printf("There is no program '%s'.%n", args[0]);
            list(out);
            System.exit(1);
            return;
        }
        program.get().main.run(Arrays.copyOfRange(args, 1, args.length));
    }

    private static Optional<Program> find(String name) {
        return PROGRAMS.stream().filter(program -> program.name.equals(name)).findFirst();
    }

    /// Prints a line for each program.
    static void list(PrintStream out) {
        out.println("Programs, each with an example of its arguments:");
        PROGRAMS.forEach(out::println);
    }
}
