package dev.microgpt.web;

import dev.microgpt.wire.Csv;
import dev.microgpt.wire.CsvTable;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.MediaType;
import org.springframework.http.converter.AbstractHttpMessageConverter;
import org.springframework.http.converter.HttpMessageNotReadableException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// Sends replies that are tables as CSV, row by row. A call has this format if its mapping produces [Csv#MEDIA_TYPE] and
/// its reply is a [CsvTable].
final class CsvConverter extends AbstractHttpMessageConverter<CsvTable> {

    private static final MediaType UTF_8_CSV =
            new MediaType(MediaType.parseMediaType(Csv.MEDIA_TYPE), StandardCharsets.UTF_8);

    CsvConverter() {
        super(StandardCharsets.UTF_8, MediaType.parseMediaType(Csv.MEDIA_TYPE));
    }

    /// Names the character set that is sent, whichever was asked for.
    @Override
    protected void addDefaultHeaders(
            HttpHeaders headers, CsvTable table, @Nullable MediaType contentType)
            throws IOException {
        super.addDefaultHeaders(headers, table, UTF_8_CSV);
    }

    @Override
    protected boolean supports(Class<?> type) {
        return CsvTable.class.isAssignableFrom(type);
    }

    @Override
    protected boolean canRead(@Nullable MediaType type) {
        return false;
    }

    @Override
    protected CsvTable readInternal(Class<? extends CsvTable> type, HttpInputMessage message) {
        throw new HttpMessageNotReadableException("CSV is not read", message);
    }

    @Override
    protected void writeInternal(CsvTable table, HttpOutputMessage message) throws IOException {
        Csv.write(table, message.getBody());
    }
}
