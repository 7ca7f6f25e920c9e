package dev.microgpt.web;

import dev.microgpt.live.ConnectionAbort;
import dev.microgpt.wire.Csv;
import dev.microgpt.wire.Problems;
import dev.microgpt.wire.StreamHeaders;
import dev.microgpt.wire.TextLine;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.util.MimeTypeUtils;

import tools.jackson.databind.SequenceWriter;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// A response that has a line for each text, and is sent while the texts are computed.
final class TextLines {

    /// The formats, in the order in which they are preferred.
    enum Format {
        PLAIN(MediaType.TEXT_PLAIN_VALUE),
        CSV(Csv.MEDIA_TYPE),
        JSON(MediaType.APPLICATION_NDJSON_VALUE);

        private final String type;

        Format(String type) {
            this.type = type;
        }

        private MediaType mediaType() {
            return MediaType.parseMediaType(type);
        }

        /// Returns the format that a request accepts, of which there must be one.
        static Format of(HttpServletRequest request) {
            String accept = request.getHeader(HttpHeaders.ACCEPT);
            List<MediaType> accepted = MediaType.parseMediaTypes(accept);
            MimeTypeUtils.sortBySpecificity(accepted);
            return accepted.stream()
                    .flatMap(
                            range ->
                                    Arrays.stream(values())
                                            .filter(format -> range.includes(format.mediaType())))
                    .findFirst()
                    .orElse(PLAIN);
        }
    }

    /// Bytes that are passed to the server at a time.
    private static final int BUFFER = 1 << 15;

    private final Format format;
    private final List<String> columns;
    private final JsonMapper json;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private @Nullable OutputStream out;
    private @Nullable SequenceWriter csv;

    /// @param columns the names of the values in CSV
    TextLines(
            Format format,
            List<String> columns,
            JsonMapper json,
            HttpServletRequest request,
            HttpServletResponse response) {
        this.format = format;
        this.columns = columns;
        this.json = json;
        this.request = request;
        this.response = response;
    }

    /// Computes and sends the lines. An exception before the first batch is thrown. After it, the client is told in the
    /// last line of JSON; in other formats, in which it would be taken for a text, the response is cut off.
    void send(Work work) throws IOException {
        try {
            work.run();
        } catch (RuntimeException e) {
            if (out == null) {
                throw e;
            }
            if (format == Format.JSON) {
                last(Map.of("error", Problems.of(e)));
            } else {
                ConnectionAbort.of(request, ConnectionAbort.OF_REQUEST).run();
            }
        }
    }

    /// What computes the lines.
    interface Work {
        void run() throws IOException;
    }

    /// Sends the next lines.
    void batch(List<? extends TextLine> lines) throws IOException {
        OutputStream body = out == null ? open() : out;
        for (TextLine line : lines) {
            switch (format) {
                case PLAIN -> body.write((line.plain() + "\n").getBytes(StandardCharsets.UTF_8));
                case JSON -> writeJson(body, line);
                case CSV -> csv(body).write(line.cells());
            }
        }
        if (csv != null) {
            csv.flush();
        }
        body.flush();
    }

    /// Sends the last line, which only JSON has.
    void end(TextLine.End end) throws IOException {
        if (format == Format.JSON) {
            last(Map.of("end", end));
        }
    }

    private void last(Map<String, Object> line) throws IOException {
        OutputStream body = out == null ? open() : out;
        writeJson(body, line);
        body.flush();
    }

    private OutputStream open() throws IOException {
        StreamHeaders.set(response, format.type + ";charset=UTF-8");
        out = new BufferedOutputStream(response.getOutputStream(), BUFFER);
        if (format == Format.CSV) {
            var _ = csv(out); // the header, also if there are no texts
        }
        return out;
    }

    private SequenceWriter csv(OutputStream body) {
        if (csv == null) {
            csv = Csv.writer(columns, body);
        }
        return csv;
    }

    private void writeJson(OutputStream body, Object line) throws IOException {
        body.write(json.writeValueAsBytes(line));
        body.write('\n');
    }
}
