package dev.microgpt;

import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.FreePort;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// A process that starts the service, uses it, restarts it, uses it again, and prints all responses without
/// times and speeds.
final class LocaleScenario {

    /// Prefix of the lines with responses, which distinguishes them from those of the log.
    static final String PREFIX = "> ";

    private static final PrintStream OUT =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    private static final String SESSION = "/sessions/scenario";

    private final Api api;

    private LocaleScenario(Api api) {
        this.api = api;
    }

    public static void main(String[] args) throws IOException {
        LocaleScenario scenario = new LocaleScenario(new Api(FreePort.find()));
        scenario.start();
        scenario.useBeforeRestart();
        scenario.stop();
        scenario.start();
        scenario.useAfterRestart();
        print("end");
        System.exit(0);
    }

    private void start() {
        MicroGptApplication.main(
                new String[] {
                    "--server.port=" + api.port(),
                    "--microgpt.data-dir=" + System.getProperty("scenario.data"),
                    "--microgpt.demo=false",
                    "--logging.level.root=warn",
                    "--management.endpoint.shutdown.access=unrestricted",
                    "--management.endpoints.web.exposure.include=shutdown,prometheus"
                });
    }

    private void stop() {
        api.send(api.root("/actuator/shutdown").POST(BodyPublishers.noBody()));
        await().until(
                        () -> {
                            try {
                                new Socket(InetAddress.getLoopbackAddress(), api.port()).close();
                                return false;
                            } catch (IOException _) {
                                return true;
                            }
                        });
    }

    private void useBeforeRestart() {
        String text = "zoë\nIıİi\n日本語\n🦙🦙\nemma\nΣίσυφος\n";
        print(api.post(SESSION + "/init", Map.of("nEmbd", 8, "seed", 123456, "text", text)));
        print(api.postText(SESSION + "/load?overwrite=true", text));
        print(api.post(SESSION + "/step", Map.of("count", 20, "viz", "none")));
        print(
                api.post(
                        SESSION + "/runs",
                        Map.of("steps", 1500, "stopWhen", Map.of("lossBelow", 900.5))));
        await().until(
                        () -> {
                            String state =
                                    api.get(SESSION + "/runs/1").ok().path("state").stringValue();
                            return state.equals("succeeded");
                        });
        print(api.get(SESSION + "/runs"));
        print(api.patch(SESSION, Map.of("learningRate", 0.0125)));
        print(api.post(SESSION + "/generate", Map.of("count", 5)));
        printQueries();
        print(api.post(SESSION + "/init", Map.of("nEmbd", 15)));
        print(api.post(SESSION + "/init?overwrite=true", Map.of("nEmbd", 15)));
        print(api.post(SESSION + "/init?overwrite=true", Map.of("nEmbd", 100_000)));
        print(api.post("/sessions/ILIK/init", Map.of()));
        print(api.post(SESSION + "/generate", Map.of("temperature", 1234.5)));
        print(api.get(SESSION + "/losses?from=1000000"));
        print(api.post(SESSION + "/init?overwrite=true", Map.of("engine", "TENSOR")));
    }

    private void useAfterRestart() {
        printQueries();
        print(api.get(SESSION + "/history"));
        print(api.get(SESSION + "/runs"));
        print(api.post(SESSION + "/step", Map.of("count", 3)));
        Reply metrics = api.send(api.root("/actuator/prometheus"));
        metrics.body()
                .lines()
                .filter(line -> line.startsWith("microgpt_sessions{"))
                .forEach(LocaleScenario::print);
    }

    private void printQueries() {
        print(api.get(SESSION));
        print(api.get(SESSION + "/config"));
        print(api.get(SESSION + "/losses"));
        print(api.get(SESSION + "/embeddings"));
        print(api.get(SESSION + "/parameters"));
        print(api.get(SESSION + "/anatomy/tensors/layer0.attn_q"));
        print(api.get(SESSION + "/baselines"));
        print(api.post(SESSION + "/generate", Map.of("seed", 7, "count", 3, "viz", true)));
        print(api.post(SESSION + "/score", Map.of("texts", List.of("zoë", "Iıİi", "日本"))));
        print(api.post(SESSION + "/score", Map.of("texts", List.of("zoë", "ZOË"))));
        Reply file = api.get(SESSION + "/checkpoint");
        print(file.status() + " " + file.header("ETag") + " " + file.header("Content-Digest"));
    }

    private static void print(Reply reply) {
        print(
                reply.status()
                        + " "
                        + reply.header("RateLimit-Policy")
                        + " "
                        + reply.body()
                                .replaceAll("\"(at|\\w+At)\":\"[^\"]*\"", "\"$1\":\"\"")
                                .replaceAll("\"(stepsPerSecond|etaSeconds)\":[^,}]*", "\"$1\":0"));
    }

    private static void print(String line) {
        OUT.println(PREFIX + line.replace("\n", Json.write("\n")));
    }
}
