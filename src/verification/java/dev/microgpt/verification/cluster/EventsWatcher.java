package dev.microgpt.verification.cluster;

import dev.microgpt.support.Json;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Watches over Server-Sent Events, as an `EventSource` does.
final class EventsWatcher extends Watcher {

    private static final int CONNECT_MILLIS = 5000;

    EventsWatcher(
            String name,
            SessionLog session,
            List<ClusterNode> nodes,
            SplittableRandom random,
            ClusterTally tally) {
        super(name, session, nodes, random, tally);
    }

    @Override
    Ending watch(ClusterNode node, long next, BooleanSupplier isOver) throws IOException {
        String query = next == 1 ? "&fromStep=1" : "";
        URI uri =
                URI.create(
                        "http://%s/api/v1/sessions/%s/events?viz=none%s"
                                .formatted(node.authority(), session(), query));
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout((int) TimeUnit.SECONDS.toMillis(SILENCE_SECONDS));
        if (next > 1) {
            connection.setRequestProperty("Last-Event-ID", String.valueOf(next - 1));
        }
        try {
            if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
                return refused(connection);
            }
            return read(connection.getInputStream(), isOver);
        } finally {
            connection.disconnect();
        }
    }

    private Ending refused(HttpURLConnection connection) throws IOException {
        try (InputStream error = connection.getErrorStream()) {
            String body =
                    error == null ? "" : new String(error.readAllBytes(), StandardCharsets.UTF_8);
            if (!body.startsWith("{")) {
                return new Ending(connection.getResponseCode() + " " + body, false);
            }
            return refused(Json.parse(body));
        }
    }

    private Ending read(InputStream in, BooleanSupplier isOver) throws IOException {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            String line;
            while (!isOver.getAsBoolean() && (line = lines.readLine()) != null) {
                if (line.startsWith("data: ")) {
                    Ending ending = received(line.substring("data: ".length()));
                    if (ending != null) {
                        return ending;
                    }
                } else if (line.equals("event: deleted")) {
                    return new Ending("deleted", false);
                }
            }
        }
        return new Ending("end of events", true); // a node that finds no owner ends them
    }
}
