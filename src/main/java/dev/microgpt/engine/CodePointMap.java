package dev.microgpt.engine;

/// A map from code points to small numbers, in pages of 256 entries that are allocated on demand.
final class CodePointMap {

    private static final int PAGE_BITS = 8;
    private static final int PAGE_SIZE = 1 << PAGE_BITS;

    /// Entries are number + 1, and 0 where there is none, so that a new page needs no filling.
    private final char[][] pages = new char[(Character.MAX_CODE_POINT + 1) >> PAGE_BITS][];

    /// @param number 0 to 65,534
    void put(int codePoint, int number) {
        int page = codePoint >> PAGE_BITS;
        if (pages[page] == null) {
            pages[page] = new char[PAGE_SIZE];
        }
        pages[page][codePoint & (PAGE_SIZE - 1)] = (char) (number + 1);
    }

    /// Returns the number of a code point, or -1 if it has none.
    int get(int codePoint) {
        char[] page = pages[codePoint >> PAGE_BITS];
        return page == null ? -1 : page[codePoint & (PAGE_SIZE - 1)] - 1;
    }
}
