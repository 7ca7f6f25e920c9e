package dev.microgpt.verification.deploy;

import dev.microgpt.MicroGptApplication;
import dev.microgpt.operations.ComposeFile;
import dev.microgpt.support.NewKey;
import dev.microgpt.support.Nginx;
import dev.microgpt.support.SelfSigned;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// The processes of `compose.yaml` on this machine: PostgreSQL, the nodes and nginx, without containers. Addresses
/// 172.28.x.y become 127.28.x.y, and all ports stay as they are.
final class LocalCluster implements AutoCloseable {

    static final String PROXY = "127.28.1.10";
    static final int PROXY_PORT = 8443;
    static final int MANAGEMENT_PORT = 9090;
    static final String PUBLIC_NAME = "models.example.org";

    private static final String PASSWORD = "0123456789-0123456789-0123456789";
    private static final String HEAP = "-Xmx614m"; // three fifths of the memory in the file

    private final NewKey admin = NewKey.of("admin");
    private final NewKey metrics = NewKey.of("metrics");
    private final Path directory;
    private final HttpClient client;
    private final EmbeddedPostgres database;
    private final SequencedMap<String, LocalProcess> processes = new LinkedHashMap<>();

    /// @param directory for the files of the processes
    LocalCluster(Path directory) throws Exception {
        this.directory = directory;
        Path tls = Files.createDirectories(directory.resolve("tls"));
        client = SelfSigned.create("dns:localhost,ip:" + PROXY, tls, "tls.crt", "tls.key");
        database = EmbeddedPostgres.builder().setServerConfig("max_connections", "40").start();
        try {
            createDatabase();
            ComposeFile compose = new ComposeFile();
            for (String node : compose.nodes()) {
                processes.put(node, startNode(node, compose));
            }
            processes.put("proxy", startProxy());
        } catch (IOException | SQLException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void createDatabase() throws SQLException {
        try (Connection connection = database.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE microgpt LOGIN PASSWORD '" + PASSWORD + "'");
            statement.execute(
                    "CREATE DATABASE microgpt OWNER microgpt TEMPLATE template0 ENCODING 'UTF8'");
        }
    }

    /// Returns the address on this machine for one in the files.
    private static String local(String text) {
        return text.replace("172.28.", "127.28.");
    }

    static String address(String node) {
        return "127.28.1.1" + node.charAt(node.length() - 1);
    }

    private LocalProcess startNode(String node, ComposeFile compose) throws IOException {
        Map<String, String> environment = new LinkedHashMap<>();
        compose.environment(node, values())
                .forEach((name, value) -> environment.put(name, local(value)));
        environment.compute(
                "MICROGPT_STORE_URL",
                (_, url) ->
                        String.valueOf(url)
                                .replace("//db/", "//127.0.0.1:" + database.getPort() + "/"));
        // A container has its own addresses; here, all nodes share those of this machine.
        environment.put("SERVER_ADDRESS", address(node));
        environment.put("MANAGEMENT_SERVER_ADDRESS", address(node));
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-modules",
                                "jdk.incubator.vector",
                                "--enable-native-access=ALL-UNNAMED",
                                HEAP,
                                "-cp",
                                classPath(),
                                MicroGptApplication.class.getName()));
        return LocalProcess.start(command, environment, directory.resolve(node));
    }

    private Map<String, String> values() {
        return Map.of(
                "DB_PASSWORD",
                PASSWORD,
                "CLUSTER_SECRET",
                PASSWORD,
                "ADMIN_KEY_HASH",
                admin.hash(),
                "METRICS_KEY_HASH",
                metrics.hash(),
                "PUBLIC_NAME",
                PUBLIC_NAME);
    }

    /// Returns the class path of this JVM without the test classes, in which the service would scan for components.
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains("test-classes"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private LocalProcess startProxy() throws IOException {
        Path files = Files.createDirectories(directory.resolve("proxy"));
        String configuration =
                local(Files.readString(Path.of("src/operations/nginx.conf")))
                        .replace("listen 8443", "listen " + PROXY + ":" + PROXY_PORT)
                        .replace("/etc/nginx/tls", directory.resolve("tls").toString())
                        .replace("/tmp/", files + "/")
                        // the address that the nodes trust
                        .replace(
                                "proxy_http_version",
                                "proxy_bind " + PROXY + "; proxy_http_version");
        Path file = files.resolve("nginx.conf");
        Files.writeString(file, configuration);
        return LocalProcess.start(
                List.of(
                        String.valueOf(Nginx.program()),
                        "-p",
                        files.toString(),
                        "-c",
                        file.toString(),
                        "-g",
                        "daemon off; master_process off;"),
                Map.of(),
                files);
    }

    /// Returns a client that trusts the proxy's certificate.
    HttpClient client() {
        return client;
    }

    String adminKey() {
        return admin.text();
    }

    String metricsKey() {
        return metrics.text();
    }

    List<String> nodes() {
        return processes.keySet().stream().filter(name -> name.startsWith("node")).toList();
    }

    /// Returns the number of transactions that the database has committed.
    long transactions() throws SQLException {
        try (Connection connection = database.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT xact_commit FROM pg_stat_database WHERE datname = 'microgpt'")) {
            row.next();
            return row.getLong(1);
        }
    }

    /// Throws if a process has ended by itself.
    void requireAlive() throws IOException {
        for (Map.Entry<String, LocalProcess> process : processes.entrySet()) {
            if (!process.getValue().isAlive()) {
                throw new IOException(
                        process.getKey() + " has ended:\n" + process.getValue().log());
            }
        }
    }

    /// Stops a process.
    ///
    /// @return how long that took
    Duration stop(String name) throws InterruptedException {
        LocalProcess process = processes.remove(name);
        if (process == null) {
            throw new IllegalArgumentException("there is no process " + name);
        }
        Duration time = process.stop();
        process.close();
        return time;
    }

    @Override
    public void close() {
        processes.sequencedValues().reversed().forEach(LocalProcess::close);
        try {
            database.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
