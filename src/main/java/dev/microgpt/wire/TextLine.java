package dev.microgpt.wire;

import com.fasterxml.jackson.annotation.JsonInclude;

import dev.microgpt.engine.Score;
import dev.microgpt.session.query.GenerateCall;
import dev.microgpt.session.query.GeneratedText;
import dev.microgpt.session.query.GeneratedTexts;
import dev.microgpt.session.query.ScoredText;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One line of a response that has a line for each text.
@JsonInclude(JsonInclude.Include.NON_NULL)
public sealed interface TextLine {

    /// Returns the line in plain text.
    String plain();

    /// Returns the values in a line of CSV.
    List<Object> cells();

    /// A generated text.
    ///
    /// @param known whether it is one of the documents; null if there are none
    record Generated(
            String text,
            @Nullable Boolean known,
            @Nullable Double logLikelihood,
            @Nullable Double bitsPerCharacter,
            @Nullable NearestReply nearest)
            implements TextLine {

        public static Generated of(GeneratedText generated) {
            Score score = generated.score();
            return new Generated(
                    generated.sample().text(),
                    generated.known(),
                    score == null ? null : score.logLikelihood(),
                    score == null ? null : score.bitsPerCharacter(),
                    NearestReply.of(generated.nearest()));
        }

        /// Returns the names of the values in CSV.
        public static List<String> columns(GenerateCall call) {
            List<String> columns = new ArrayList<>(COLUMNS);
            if (call.details().nearest()) {
                columns.addAll(List.of("nearest", "distance"));
            }
            return columns;
        }

        /// Returns the text, with blanks for line breaks.
        @Override
        public String plain() {
            return oneLine(text);
        }

        @Override
        public List<Object> cells() {
            List<Object> cells =
                    new ArrayList<>(TextLine.values(text, logLikelihood, bitsPerCharacter, known));
            if (nearest != null) {
                cells.add(nearest.text());
                cells.add(nearest.distance());
            }
            return cells;
        }
    }

    /// A text and its score.
    ///
    /// @param known whether it is one of the documents; null if there are none
    /// @param truncated whether it is longer than the context, so that only its beginning was scored
    /// @param unknown a character that the model does not know, so that there is no score
    record Scored(
            String text,
            @Nullable Boolean known,
            @Nullable Double logLikelihood,
            @Nullable Double bitsPerCharacter,
            @Nullable Boolean truncated,
            @Nullable String unknown)
            implements TextLine {

        public static Scored of(ScoredText scored) {
            Score score = scored.score();
            return new Scored(
                    scored.text(),
                    scored.known(),
                    score == null ? null : score.logLikelihood(),
                    score == null ? null : score.bitsPerCharacter(),
                    score == null ? null : score.truncated(),
                    scored.unknown());
        }

        /// Returns the names of the values in CSV.
        public static List<String> columns() {
            return COLUMNS;
        }

        /// Returns the bits per character and the text, with blanks for line breaks, for `sort -rn`.
        @Override
        public String plain() {
            return (bitsPerCharacter == null ? "" : bitsPerCharacter) + "\t" + oneLine(text);
        }

        @Override
        public List<Object> cells() {
            return TextLine.values(text, logLikelihood, bitsPerCharacter, known);
        }
    }

    List<String> COLUMNS = List.of("text", "logLikelihood", "bitsPerCharacter", "novel");

    private static List<Object> values(
            String text,
            @Nullable Double logLikelihood,
            @Nullable Double bitsPerCharacter,
            @Nullable Boolean known) {
        return List.of(
                text,
                orEmpty(logLikelihood),
                orEmpty(bitsPerCharacter),
                orEmpty(known == null ? null : !known));
    }

    private static String oneLine(String text) {
        return text.replace('\n', ' ').replace('\r', ' ');
    }

    private static Object orEmpty(@Nullable Object value) {
        return value == null ? "" : value;
    }

    /// The last line in JSON, if all texts have been sent.
    ///
    /// @param count number of texts
    /// @param knownShare share of them that are documents; null if there are none
    /// @param tries number of texts drawn
    /// @param rejected how many of them were not wanted, by the reason
    record End(
            long count,
            @Nullable Double knownShare,
            @Nullable Long tries,
            @Nullable Map<String, Long> rejected) {

        public static End of(long count, long known, GeneratedTexts last) {
            return new End(
                    count,
                    GenerateReply.share(known, count),
                    last.tries(),
                    GenerateReply.byReason(last.rejected()));
        }
    }
}
