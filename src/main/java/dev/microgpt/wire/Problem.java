package dev.microgpt.wire;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

import java.net.URI;
import java.util.Objects;

/// An error: Spring's [ProblemDetail] of RFC 9457, extended by a code, the field at fault and its allowed range.
///
/// It is the only representation of an error, for controllers, filters, valves and live connections, and in the
/// OpenAPI document. The extensions are properties of a class and not in the map of [ProblemDetail], so that
/// code has typed access to them and generated clients know them.
@Schema(description = "An error (RFC 9457)")
@JsonPropertyOrder({"type", "title", "status", "detail", "code", "field", "value", "min", "max"})
@JsonIgnoreProperties({"instance", "properties"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public final class Problem extends ProblemDetail {

    private static final long serialVersionUID = 1;

    /// A relative reference to the request itself.
    private static final URI THIS_REQUEST = URI.create("");

    /// When to retry after a lack of memory or disk space: idle sessions are evicted all the time, and the disk
    /// is probed every 500 ms.
    private static final String RETRY_SECONDS = "5";

    private static final int MAX_VALUE_LENGTH = 200;
    private static final int MAX_DETAIL_LENGTH = 1000;

    private final ErrorCode code;
    private final @Nullable String field;

    @SuppressWarnings("serial") // a string, a number, a boolean or a JSON node
    private final @Nullable Object value;

    private final @Nullable Number min;
    private final @Nullable Number max;

    private Problem(
            ErrorCode code,
            HttpStatusCode status,
            String detail,
            @Nullable String field,
            @Nullable Object value,
            @Nullable Number min,
            @Nullable Number max) {
        super(status.value());
        this.code = code;
        this.field = field == null ? null : truncated(wellFormed(field), MAX_VALUE_LENGTH);
        this.value =
                value instanceof String text
                        ? truncated(wellFormed(text), MAX_VALUE_LENGTH)
                        : value;
        this.min = min;
        this.max = max;
        setType(URI.create("urn:microgpt:problem:" + wireName(code)));
        setTitle(title(code));
        setDetail(truncated(wellFormed(detail), MAX_DETAIL_LENGTH));
    }

    public static Problem of(SessionException e) {
        String header = header(e.field());
        return new Problem(
                e.code(),
                status(e.code()),
                String.valueOf(e.getMessage()),
                header == null ? e.field() : header,
                header == null ? e.value() : null,
                e.min(),
                e.max());
    }

    /// Returns the header in which clients send a precondition; null for other fields.
    private static @Nullable String header(@Nullable String field) {
        return switch (field) {
            case "version" -> "If-Match";
            case "absence" -> "If-None-Match";
            case null, default -> null;
        };
    }

    public static Problem of(ErrorCode code, String detail) {
        return of(code, detail, null, null);
    }

    public static Problem of(
            ErrorCode code, String detail, @Nullable String field, @Nullable Object value) {
        return new Problem(code, status(code), detail, field, value, null, null);
    }

    /// Returns a problem with another HTTP status than that of its code.
    public static Problem of(ErrorCode code, HttpStatusCode status, String detail) {
        return new Problem(code, status, detail, null, null, null, null);
    }

    /// URI of the kind of error, one for each code.
    @Override
    @Schema(example = "urn:microgpt:problem:out_of_range")
    public @Nullable URI getType() {
        return super.getType();
    }

    /// Kind of error, for people.
    @Override
    @Schema(example = "Value out of range")
    public @Nullable String getTitle() {
        return super.getTitle();
    }

    /// HTTP status.
    @Override
    @Schema(example = "400")
    public int getStatus() {
        return super.getStatus();
    }

    /// What went wrong in this case.
    @Override
    @Schema(example = "count must be from 1 to 1000000, but is 0")
    public @Nullable String getDetail() {
        return super.getDetail();
    }

    /// Not sent, as clients know what they have asked for. It is not null, because Spring would then parse the
    /// path of the request.
    @Override
    public URI getInstance() {
        return THIS_REQUEST;
    }

    /// Kind of error, for programs.
    @Schema(example = "out_of_range")
    public String getCode() {
        return wireName(code);
    }

    /// Field, parameter, header or quantity at fault.
    @Schema(example = "count")
    public @Nullable String getField() {
        return field;
    }

    /// Offending value.
    @Schema(example = "0")
    public @Nullable Object getValue() {
        return value;
    }

    /// Smallest allowed value.
    @Schema(example = "1")
    public @Nullable Number getMin() {
        return min;
    }

    /// Largest allowed value.
    @Schema(example = "1000000")
    public @Nullable Number getMax() {
        return max;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Problem problem
                && super.equals(problem)
                && code == problem.code
                && Objects.equals(field, problem.field)
                && Objects.equals(value, problem.value)
                && Objects.equals(min, problem.min)
                && Objects.equals(max, problem.max);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), code, field, value, min, max);
    }

    /// Returns the spelling of a code in JSON.
    public static String wireName(ErrorCode code) {
        return EnumNames.lowerCase(code);
    }

    /// Returns the HTTP status of an error.
    public static HttpStatus status(ErrorCode code) {
        return switch (code) {
            case MALFORMED_JSON,
                    UNKNOWN_FIELD,
                    WRONG_TYPE,
                    OUT_OF_RANGE,
                    INVALID_NAME,
                    INVALID_TEXT,
                    UNKNOWN_CHARACTER,
                    INVALID_CHECKPOINT,
                    INVALID_BUNDLE ->
                    HttpStatus.BAD_REQUEST;
            case UNAUTHORIZED -> HttpStatus.UNAUTHORIZED;
            case FORBIDDEN_ORIGIN, FORBIDDEN_HOST, NOT_SHARED -> HttpStatus.FORBIDDEN;
            case RATE_LIMITED, QUOTA_EXCEEDED -> HttpStatus.TOO_MANY_REQUESTS;
            case TOO_SLOW -> HttpStatus.REQUEST_TIMEOUT;
            case NO_MEMORY, STORE_UNAVAILABLE, MOVING -> HttpStatus.SERVICE_UNAVAILABLE;
            case NOT_FOUND -> HttpStatus.NOT_FOUND;
            case METHOD_NOT_ALLOWED -> HttpStatus.METHOD_NOT_ALLOWED;
            case NOT_IMPLEMENTED -> HttpStatus.NOT_IMPLEMENTED;
            case EXPECTATION_FAILED -> HttpStatus.EXPECTATION_FAILED;
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
            case MALFORMED_JSON -> "Malformed JSON";
            case UNKNOWN_FIELD -> "Unknown field";
            case WRONG_TYPE -> "Wrong type";
            case OUT_OF_RANGE -> "Value out of range";
            case INVALID_NAME -> "Invalid name or request";
            case INVALID_TEXT -> "Invalid text";
            case UNKNOWN_CHARACTER -> "Unknown character";
            case NOT_FOUND -> "Not found";
            case EXISTS -> "Already exists";
            case NOT_LOADED -> "No documents loaded";
            case ALREADY_TRAINED -> "Session already trained";
            case BUSY -> "Busy";
            case WRONG_STATE -> "Not possible in this state";
            case TOO_LARGE -> "Too large";
            case UNSUPPORTED_MEDIA_TYPE -> "Unsupported media type";
            case METHOD_NOT_ALLOWED -> "Method not allowed";
            case NOT_IMPLEMENTED -> "Not implemented";
            case EXPECTATION_FAILED -> "Expectation failed";
            case NOT_ACCEPTABLE -> "Not acceptable";
            case INVALID_CHECKPOINT -> "Invalid checkpoint";
            case INVALID_BUNDLE -> "Invalid bundle";
            case UNAUTHORIZED -> "API key required";
            case FORBIDDEN_ORIGIN -> "Forbidden origin";
            case FORBIDDEN_HOST -> "Forbidden host";
            case NOT_SHARED -> "Not shared";
            case RATE_LIMITED -> "Rate limit exceeded";
            case QUOTA_EXCEEDED -> "Quota exceeded";
            case TOO_SLOW -> "Request too slow";
            case NO_MEMORY -> "Not enough memory";
            case STALE -> "Precondition failed";
            case IDEMPOTENCY_CONFLICT -> "Idempotency key already used";
            case STORAGE_FULL -> "Storage full";
            case STORE_UNAVAILABLE -> "Store unavailable";
            case MOVING -> "Session is moving";
            case INTERNAL -> "Internal error";
        };
    }

    /// Returns whether this is the problem of a code.
    public boolean isOf(ErrorCode other) {
        return code == other;
    }

    /// Returns this problem as an exception, whose message begins with where it is.
    SessionException toException(String where) {
        return new SessionException(code, where + ": " + getDetail(), field, value, min, max);
    }

    /// Returns a response with this problem.
    public ResponseEntity<Problem> toResponse() {
        HttpHeaders headers = new HttpHeaders();
        addTo(headers);
        return ResponseEntity.status(getStatus()).headers(headers).body(this);
    }

    /// Sets the headers of a response with this problem.
    public void addTo(HttpHeaders headers) {
        headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (code == ErrorCode.STORAGE_FULL
                || getStatus() == HttpStatus.SERVICE_UNAVAILABLE.value()) {
            headers.set(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        }
    }

    /// Replaces lone surrogates, which a detail may quote from a request and JSON cannot express.
    private static String wellFormed(String text) {
        StringBuilder result = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> Character.getType(c) == Character.SURROGATE ? 0xFFFD : c)
                .forEach(result::appendCodePoint);
        return result.toString();
    }

    private static String truncated(String text, int maxLength) {
        if (text.length() <= maxLength) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(maxLength - 1)) ? maxLength - 1 : maxLength;
        return text.substring(0, end) + "…";
    }
}
