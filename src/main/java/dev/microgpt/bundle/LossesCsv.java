package dev.microgpt.bundle;

import dev.microgpt.engine.LossHistory;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.DoubleStream;

/// Reads the losses of a bundle: a header, then a line with the step and the loss of each step, without gaps.
final class LossesCsv {

    private static final String HEADER = "step,loss";
    private static final int MAX_LINE = 80;

    private final InputStream in;
    private long lineNumber;

    private LossesCsv(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /// @return the losses; if there are none, their first step is 0
    /// @throws dev.microgpt.session.admission.SessionException `invalid_bundle`
    static LossHistory.Segment read(InputStream in) throws IOException {
        return new LossesCsv(in).read();
    }

    private LossHistory.Segment read() throws IOException {
        if (!HEADER.equals(line())) {
            throw BundleErrors.invalid(
                    BundleEntry.LOSSES, "the first line must be '%s'".formatted(HEADER));
        }
        DoubleStream.Builder losses = DoubleStream.builder();
        long first = 0;
        long next = 0;
        for (String line = line(); line != null; line = line()) {
            int comma = line.indexOf(',');
            if (comma < 0) {
                throw invalid(line, "is not a step and a loss");
            }
            long step = step(line, line.substring(0, comma));
            if (next == 0) {
                first = step;
            } else if (step != next) {
                throw invalid(line, "is not of step " + next);
            }
            losses.add(loss(line, line.substring(comma + 1)));
            next = step + 1;
        }
        return new LossHistory.Segment(first, losses.build().toArray());
    }

    private long step(String line, String text) {
        try {
            long step = Long.parseLong(text);
            if (step > 0 && step < Long.MAX_VALUE) {
                return step;
            }
        } catch (NumberFormatException _) {
            // reported below
        }
        throw invalid(line, "does not begin with a step");
    }

    private double loss(String line, String text) {
        try {
            double loss = Double.parseDouble(text);
            if (Double.isFinite(loss)) {
                return loss;
            }
        } catch (NumberFormatException _) {
            // reported below
        }
        throw invalid(line, "has no finite loss");
    }

    private RuntimeException invalid(String line, String problem) {
        return BundleErrors.invalid(
                BundleEntry.LOSSES, "line %d, '%s', %s".formatted(lineNumber, line, problem));
    }

    /// Returns the next line; null at the end.
    private @Nullable String line() throws IOException {
        StringBuilder line = new StringBuilder();
        int c = in.read();
        if (c < 0) {
            return null;
        }
        lineNumber++;
        for (; c >= 0 && c != '\n'; c = in.read()) {
            if (line.length() == MAX_LINE) {
                throw invalid(line.toString(), "is too long");
            }
            line.append((char) c);
        }
        return line.toString();
    }
}
