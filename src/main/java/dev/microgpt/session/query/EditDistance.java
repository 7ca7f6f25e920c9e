package dev.microgpt.session.query;

/// The edit distance (Levenshtein) of texts to a given one: how many characters have to be inserted, deleted or
/// replaced at least. Keeps its buffers, so it is not thread-safe.
final class EditDistance {

    private final int[] text;
    private int[] above; // distances of a beginning of the other text to each beginning of this one
    private int[] row;

    /// @param text its characters, as code points or as token ids
    EditDistance(int[] text) {
        this.text = text.clone();
        above = new int[text.length + 1];
        row = new int[text.length + 1];
    }

    /// Returns the distance to another text, if it is below a limit. Computes only the cells within the limit of the
    /// diagonal, as each step away from it costs an insertion or a deletion.
    ///
    /// @param limit at least 1
    /// @param other characters in its first `length` elements
    /// @return the distance, or the limit if it is not below
    int below(int limit, int[] other, int length) {
        int columns = text.length;
        if (Math.abs(length - columns) >= limit) {
            return limit;
        }
        for (int j = 0; j <= Math.min(columns, limit); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= length; i++) {
            int first = Math.max(1, i - limit);
            int last = Math.min(columns, i + limit);
            if (fillRow(i, other[i - 1], first, last, limit) >= limit) {
                return limit;
            }
            int[] swapped = above;
            above = row;
            row = swapped;
        }
        return Math.min(limit, above[columns]);
    }

    /// Computes the cells `first` to `last` of a row, from those of the row above.
    ///
    /// @return their smallest value
    private int fillRow(int i, int character, int first, int last, int limit) {
        row[first - 1] = first == 1 ? i : limit;
        int smallest = row[first - 1];
        for (int j = first; j <= last; j++) {
            int replaced = above[j - 1] + (text[j - 1] == character ? 0 : 1);
            int deleted =
                    j < i + limit ? above[j] + 1 : limit; // the row above ends one cell earlier
            row[j] = Math.min(replaced, Math.min(deleted, row[j - 1] + 1));
            smallest = Math.min(smallest, row[j]);
        }
        return smallest;
    }
}
