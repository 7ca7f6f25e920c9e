package dev.microgpt.wire;

import com.fasterxml.jackson.annotation.JsonIgnore;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

import java.net.URI;
import java.util.Locale;

/// An error as RFC 9457 has it, with the code and the field at fault.
///
/// @param type names the kind of error; one for each code
/// @param title the kind of error in words
/// @param status the HTTP status
/// @param detail what is wrong here
/// @param code for programs
/// @param field the field, parameter or quantity at fault
/// @param value what it was
/// @param min the least allowed
/// @param max the most allowed
@Schema(description = "An error (RFC 9457)")
public record Problem(
        @Schema(example = "urn:microgpt:problem:out_of_range") URI type,
        @Schema(example = "Value out of range") String title,
        @Schema(example = "400") int status,
        @Schema(example = "count must be from 1 to 1000000, but is 0") String detail,
        @Schema(example = "out_of_range") String code,
        @Schema(example = "count") @Nullable String field,
        @Schema(example = "0") @Nullable Object value,
        @Schema(example = "1") @Nullable Number min,
        @Schema(example = "1000000") @Nullable Number max) {

    /// After which there may be memory again: sessions that are not in use are put away all the time.
    private static final String RETRY_SECONDS = "5";

    private static final int LONGEST_VALUE = 200;
    private static final int LONGEST_DETAIL = 1000;

    public Problem {
        detail = shortened(wellFormed(detail), LONGEST_DETAIL);
        field = field == null ? null : shortened(wellFormed(field), LONGEST_VALUE);
        value = value instanceof String text ? shortened(wellFormed(text), LONGEST_VALUE) : value;
    }

    public static Problem of(SessionException e) {
        boolean isVersion = "version".equals(e.field()); // as sessions call what the header says
        return new Problem(
                e.code(),
                String.valueOf(e.getMessage()),
                isVersion ? "If-Match" : e.field(),
                isVersion ? null : e.value(),
                e.min(),
                e.max());
    }

    public static Problem of(ErrorCode code, String detail) {
        return new Problem(code, detail, null, null, null, null);
    }

    public static Problem of(
            ErrorCode code, String detail, @Nullable String field, @Nullable Object value) {
        return new Problem(code, detail, field, value, null, null);
    }

    private Problem(
            ErrorCode code,
            String detail,
            @Nullable String field,
            @Nullable Object value,
            @Nullable Number min,
            @Nullable Number max) {
        this(
                URI.create("urn:microgpt:problem:" + wireName(code)),
                title(code),
                status(code).value(),
                detail,
                wireName(code),
                field,
                value,
                min,
                max);
    }

    /// The same with the status that the servlet container has chosen.
    public Problem withStatus(HttpStatusCode actual) {
        return new Problem(type, title, actual.value(), detail, code, field, value, min, max);
    }

    /// How a code is spelled outside.
    public static String wireName(ErrorCode code) {
        return code.name().toLowerCase(Locale.ROOT);
    }

    /// The HTTP status of an error.
    public static HttpStatus status(ErrorCode code) {
        return switch (code) {
            case MALFORMED_JSON,
                    UNKNOWN_FIELD,
                    WRONG_TYPE,
                    OUT_OF_RANGE,
                    INVALID_NAME,
                    INVALID_TEXT,
                    UNKNOWN_CHARACTER,
                    INVALID_CHECKPOINT ->
                    HttpStatus.BAD_REQUEST;
            case UNAUTHORIZED -> HttpStatus.UNAUTHORIZED;
            case FORBIDDEN_ORIGIN, FORBIDDEN_HOST -> HttpStatus.FORBIDDEN;
            case RATE_LIMITED, QUOTA_EXCEEDED -> HttpStatus.TOO_MANY_REQUESTS;
            case TOO_SLOW -> HttpStatus.REQUEST_TIMEOUT;
            case NO_MEMORY -> HttpStatus.SERVICE_UNAVAILABLE;
            case NOT_FOUND -> HttpStatus.NOT_FOUND;
            case METHOD_NOT_ALLOWED -> HttpStatus.METHOD_NOT_ALLOWED;
            case NOT_ACCEPTABLE -> HttpStatus.NOT_ACCEPTABLE;
            case EXISTS, NOT_LOADED, ALREADY_TRAINED, BUSY, WRONG_STATE -> HttpStatus.CONFLICT;
            case TOO_LARGE -> HttpStatus.CONTENT_TOO_LARGE;
            case UNSUPPORTED_MEDIA_TYPE -> HttpStatus.UNSUPPORTED_MEDIA_TYPE;
            case STALE -> HttpStatus.PRECONDITION_FAILED;
            case IDEMPOTENCY_CONFLICT -> HttpStatus.UNPROCESSABLE_CONTENT;
            case STORAGE_FULL -> HttpStatus.INSUFFICIENT_STORAGE;
            case INTERNAL -> HttpStatus.INTERNAL_SERVER_ERROR;
        };
    }

    private static String title(ErrorCode code) {
        return switch (code) {
            case MALFORMED_JSON -> "The body is not JSON";
            case UNKNOWN_FIELD -> "Unknown field";
            case WRONG_TYPE -> "Wrong type";
            case OUT_OF_RANGE -> "Value out of range";
            case INVALID_NAME -> "Invalid name or request";
            case INVALID_TEXT -> "Invalid text";
            case UNKNOWN_CHARACTER -> "Unknown character";
            case NOT_FOUND -> "Not found";
            case EXISTS -> "The session exists";
            case NOT_LOADED -> "No documents loaded";
            case ALREADY_TRAINED -> "The session has trained steps";
            case BUSY -> "Busy";
            case WRONG_STATE -> "Not possible in this state";
            case TOO_LARGE -> "Too large";
            case UNSUPPORTED_MEDIA_TYPE -> "Unsupported media type";
            case METHOD_NOT_ALLOWED -> "Method not allowed";
            case NOT_ACCEPTABLE -> "Not acceptable";
            case INVALID_CHECKPOINT -> "Not a checkpoint";
            case UNAUTHORIZED -> "A key is needed";
            case FORBIDDEN_ORIGIN -> "Forbidden origin";
            case FORBIDDEN_HOST -> "Forbidden host";
            case RATE_LIMITED -> "Too many calls";
            case QUOTA_EXCEEDED -> "Beyond the quota";
            case TOO_SLOW -> "Sent too slowly";
            case NO_MEMORY -> "No memory for it";
            case STALE -> "Precondition failed";
            case IDEMPOTENCY_CONFLICT -> "The key is that of another call";
            case STORAGE_FULL -> "No room to keep it";
            case INTERNAL -> "Internal error";
        };
    }

    @JsonIgnore
    public ResponseEntity<Problem> toResponse() {
        HttpHeaders headers = new HttpHeaders();
        addTo(headers);
        return ResponseEntity.status(status).headers(headers).body(this);
    }

    /// Sets what a problem's headers tell of it.
    public void addTo(HttpHeaders headers) {
        headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (status == HttpStatus.SERVICE_UNAVAILABLE.value()) {
            headers.set(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        }
    }

    /// What callers send may come back in a detail, and JSON has no place for lone surrogates.
    private static String wellFormed(String text) {
        StringBuilder result = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> Character.getType(c) == Character.SURROGATE ? 0xFFFD : c)
                .forEach(result::appendCodePoint);
        return result.toString();
    }

    private static String shortened(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
        return text.substring(0, end) + "…";
    }
}
