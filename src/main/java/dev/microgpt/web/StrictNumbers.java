package dev.microgpt.web;

import dev.microgpt.session.query.PastStep;
import dev.microgpt.wire.PastStepReader;

import org.springframework.web.bind.WebDataBinder;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.InitBinder;

import java.beans.PropertyEditorSupport;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Reads the numbers of paths and queries as JSON writes them. Spring would accept blanks, hexadecimal digits and
/// no digits at all.
///
/// These are property editors and not converters, because Spring tries its own editors when a converter fails.
@ControllerAdvice
final class StrictNumbers {

    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,19}");
    private static final Pattern STEP = Pattern.compile(INTEGER + "|" + PastStepReader.BEST);
    private static final Pattern NUMBER =
            Pattern.compile("-?[0-9]{1,400}(\\.[0-9]{1,400})?([eE][-+]?[0-9]{1,9})?");

    @InitBinder
    void register(WebDataBinder binder) {
        binder.registerCustomEditor(Integer.class, new Editor(INTEGER, Integer::valueOf));
        binder.registerCustomEditor(int.class, new Editor(INTEGER, Integer::valueOf));
        binder.registerCustomEditor(Long.class, new Editor(INTEGER, Long::valueOf));
        binder.registerCustomEditor(long.class, new Editor(INTEGER, Long::valueOf));
        binder.registerCustomEditor(PastStep.class, new Editor(STEP, StrictNumbers::pastStep));
        binder.registerCustomEditor(Double.class, new Editor(NUMBER, Double::valueOf));
        binder.registerCustomEditor(double.class, new Editor(NUMBER, Double::valueOf));
    }

    private static PastStep pastStep(String text) {
        return text.equals(PastStepReader.BEST) ? PastStep.BEST : PastStep.at(Long.parseLong(text));
    }

    private static final class Editor extends PropertyEditorSupport {

        private final Pattern format;
        private final Function<String, Object> parser;

        Editor(Pattern format, Function<String, Object> parser) {
            this.format = format;
            this.parser = parser;
        }

        @Override
        public void setAsText(String text) {
            if (!format.matcher(text).matches()) {
                throw new NumberFormatException("not a number: '" + text + "'");
            }
            setValue(parser.apply(text));
        }
    }
}
