package dev.microgpt.support;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.math.BigDecimal;

/// Checks that a response is a problem as the API documents it.
public final class ProblemAssert {

    private final JsonNode problem;

    private ProblemAssert(JsonNode problem) {
        this.problem = problem;
    }

    /// Checks the status, the code, and the fields that all problems share.
    public static ProblemAssert assertProblem(Reply reply, int status, String code) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
        return assertProblem(reply.json(), status, code);
    }

    /// Checks a problem within a message in the same way.
    public static ProblemAssert assertProblem(JsonNode problem, int status, String code) {
        assertThat(problem.propertyNames())
                .as(problem.toString())
                .contains("type", "title", "status", "detail", "code")
                .isSubsetOf(
                        "type", "title", "status", "detail", "code", "field", "value", "min",
                        "max");
        assertThat(problem.path("code").stringValue()).as(problem.toString()).isEqualTo(code);
        assertThat(problem.path("status").intValue()).isEqualTo(status);
        assertThat(problem.path("type").stringValue()).isNotBlank();
        assertThat(problem.path("title").stringValue()).isNotBlank();
        assertThat(problem.path("detail").stringValue())
                .isNotBlank()
                .doesNotContainIgnoringCase("exception", "<html", "tools.jackson", "java.lang")
                .doesNotContain("\tat ", "dev.microgpt");
        return new ProblemAssert(problem);
    }

    /// Checks the invalid field.
    ///
    /// @param field null if the problem names no field
    public ProblemAssert hasField(@Nullable String field) {
        assertThat(problem.path("field").asString(null)).as(problem.toString()).isEqualTo(field);
        return this;
    }

    public ProblemAssert hasValue(Object value) {
        assertThat(problem.path("value").asString(""))
                .as(problem.toString())
                .isEqualTo(String.valueOf(value));
        return this;
    }

    public ProblemAssert hasMin(Number min) {
        return hasNumber("min", min);
    }

    public ProblemAssert hasMax(Number max) {
        return hasNumber("max", max);
    }

    private ProblemAssert hasNumber(String name, Number expected) {
        assertThat(problem.path(name).isNumber()).as(problem.toString()).isTrue();
        assertThat(problem.path(name).decimalValue())
                .isEqualByComparingTo(new BigDecimal(expected.toString()));
        return this;
    }

    public ProblemAssert hasDetail(String part) {
        assertThat(problem.path("detail").stringValue()).contains(part);
        return this;
    }
}
