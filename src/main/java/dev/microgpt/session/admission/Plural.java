package dev.microgpt.session.admission;

/// Counts in messages: `1 step`, `2 steps`.
public final class Plural {

    private Plural() {}

    /// @param noun in the singular, with a plural in -s
    public static String of(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
