package dev.microgpt.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A script of the pages, split into its literals: as much of a JavaScript parser as tests of its texts need.
final class PageScript {

    private static final Pattern CATALOG =
            Pattern.compile("const (\\w+) = await texts\\('([\\w-]+)'\\);");

    private static final Pattern TAG = Pattern.compile("(html|svg|css)$");
    private static final Pattern ELEMENT = Pattern.compile("</?[a-zA-Z!]");
    private static final Pattern ATTRIBUTE = Pattern.compile("([\\w-]+)=$");

    enum Kind {
        /// A string in quotes, or a template without a tag.
        STRING,
        /// A piece of text between two elements of a template.
        TEXT,
        /// A piece of the value of an attribute in a template.
        ATTRIBUTE
    }

    /// A piece of a literal without values to insert.
    ///
    /// @param before the code before the literal, up to 40 characters; for an attribute, its name
    record Literal(Kind kind, String text, String before, int line) {}

    /// A catalog that the script uses.
    ///
    /// @param variable the function that returns its texts
    record Catalog(String variable, String namespace) {}

    private final String source;
    private final List<Literal> literals = new ArrayList<>();

    PageScript(String source) {
        this.source = source;
        scanCode(0, source.length());
    }

    static PageScript read(Path file) {
        try {
            return new PageScript(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Literal> literals() {
        return literals;
    }

    List<Catalog> catalogs() {
        return CATALOG.matcher(source)
                .results()
                .map(match -> new Catalog(match.group(1), match.group(2)))
                .toList();
    }

    /// Returns the code of the first argument of each call of a catalog.
    List<String> keysOf(Catalog catalog) {
        Matcher call =
                Pattern.compile("(?<![\\w.'])" + catalog.variable() + "(?:\\.html|\\.has)?\\(")
                        .matcher(source);
        return call.results().map(match -> argument(match.end())).toList();
    }

    private String argument(int start) {
        int depth = 0;
        int i = start;
        while (depth > 0 || (source.charAt(i) != ',' && source.charAt(i) != ')')) {
            char c = source.charAt(i);
            if (c == '\'') {
                i = endOfString(i);
            } else if (c == '`') {
                i = endOfTemplate(i);
            } else {
                depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
                i++;
            }
        }
        return source.substring(start, i);
    }

    // ---- code

    private void scanCode(int start, int end) {
        int i = start;
        while (i < end) {
            char c = source.charAt(i);
            if (source.startsWith("//", i)) {
                i = source.indexOf('\n', i);
            } else if (source.startsWith("/*", i)) {
                i = source.indexOf("*/", i) + 2;
            } else if (c == '\'' || c == '"') {
                int after = endOfString(i);
                add(Kind.STRING, source.substring(i + 1, after - 1), before(i), i);
                i = after;
            } else if (c == '`') {
                int after = endOfTemplate(i);
                scanTemplate(i, after);
                i = after;
            } else if (c == '/' && isPattern(i)) {
                i = endOfPattern(i);
            } else {
                i++;
            }
        }
    }

    private void add(Kind kind, String text, String before, int at) {
        int line = 1 + (int) source.substring(0, at).chars().filter(c -> c == '\n').count();
        literals.add(new Literal(kind, text, before, line));
    }

    private String before(int at) {
        return source.substring(Math.max(0, at - 40), at);
    }

    private int endOfString(int start) {
        int i = start + 1;
        while (source.charAt(i) != source.charAt(start)) {
            i += source.charAt(i) == '\\' ? 2 : 1;
        }
        return i + 1;
    }

    private int endOfTemplate(int start) {
        int i = start + 1;
        while (source.charAt(i) != '`') {
            i = next(i);
        }
        return i + 1;
    }

    /// Returns the index after a character of a template, or after a value in it.
    private int next(int i) {
        return source.startsWith("${", i) ? endOfValue(i) : i + (source.charAt(i) == '\\' ? 2 : 1);
    }

    private int endOfValue(int start) {
        int depth = 0;
        int i = start + 2;
        while (depth > 0 || source.charAt(i) != '}') {
            char c = source.charAt(i);
            if (c == '\'' || c == '"') {
                i = endOfString(i);
            } else if (c == '`') {
                i = endOfTemplate(i);
            } else if (source.startsWith("//", i)) {
                i = source.indexOf('\n', i);
            } else if (c == '/' && isPattern(i)) {
                i = endOfPattern(i);
            } else {
                depth += c == '{' ? 1 : c == '}' ? -1 : 0;
                i++;
            }
        }
        return i + 1;
    }

    /// Whether a slash begins a regular expression, and is no division.
    private boolean isPattern(int at) {
        String code = source.substring(0, at).stripTrailing();
        return code.endsWith("return")
                || "(,=:[!&|?{};>".indexOf(code.charAt(code.length() - 1)) >= 0;
    }

    private int endOfPattern(int start) {
        boolean isInClass = false;
        int i = start + 1;
        while (isInClass || source.charAt(i) != '/') {
            char c = source.charAt(i);
            isInClass = c == '[' || (isInClass && c != ']');
            i += c == '\\' ? 2 : 1;
        }
        return i + 1;
    }

    // ---- templates

    private void scanTemplate(int start, int end) {
        Matcher tag = TAG.matcher(before(start));
        String kind = tag.find() ? tag.group(1) : "";
        if (kind.isEmpty()) {
            addPieces(Kind.STRING, start + 1, end - 1, before(start));
        } else if (!kind.equals("css")) {
            scanMarkup(start + 1, end - 1);
        }
        for (int i = start + 1; i < end - 1; i = next(i)) {
            if (source.startsWith("${", i)) {
                scanCode(i + 2, endOfValue(i) - 1);
            }
        }
    }

    private void addPieces(Kind kind, int start, int end, String before) {
        int piece = start;
        for (int i = start; i < end; i = next(i)) {
            if (source.startsWith("${", i)) {
                addPiece(kind, piece, i, before);
                piece = endOfValue(i);
            }
        }
        addPiece(kind, piece, end, before);
    }

    private void addPiece(Kind kind, int start, int end, String before) {
        if (start < end) {
            add(kind, source.substring(start, end), before, start);
        }
    }

    private void scanMarkup(int start, int end) {
        int text = start;
        int i = start;
        while (i < end) {
            if (ELEMENT.matcher(source).region(i, end).lookingAt()) {
                addPieces(Kind.TEXT, text, i, "");
                i = scanElement(i);
                text = i;
            } else {
                i = next(i);
            }
        }
        addPieces(Kind.TEXT, text, end, "");
    }

    /// Returns the index after the tag.
    private int scanElement(int start) {
        int i = start + 1;
        while (source.charAt(i) != '>') {
            if (source.charAt(i) == '"') {
                int end = i + 1;
                while (source.charAt(end) != '"') {
                    end = next(end);
                }
                Matcher name = ATTRIBUTE.matcher(before(i));
                if (name.find()) {
                    addPieces(Kind.ATTRIBUTE, i + 1, end, name.group(1));
                }
                i = end + 1;
            } else {
                i = next(i);
            }
        }
        return i + 1;
    }
}
