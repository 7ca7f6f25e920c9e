package dev.microgpt.engine;

/// A map from code points to small numbers, in pages of 256 that are made where they are needed.
final class CodePointMap {

    private static final int PAGE_BITS = 8;
    private static final int PAGE_SIZE = 1 << PAGE_BITS;

    /// 0 stands for absent, so that a new page needs no filling; other entries are number + 1.
    private final char[][] pages = new char[(Character.MAX_CODE_POINT + 1) >> PAGE_BITS][];

    /// @param number 0 to 65,534
    void put(int codePoint, int number) {
        int page = codePoint >> PAGE_BITS;
        if (pages[page] == null) {
            pages[page] = new char[PAGE_SIZE];
        }
        pages[page][codePoint & (PAGE_SIZE - 1)] = (char) (number + 1);
    }

    /// The number of a code point, or -1.
    int get(int codePoint) {
        char[] page = pages[codePoint >> PAGE_BITS];
        return page == null ? -1 : page[codePoint & (PAGE_SIZE - 1)] - 1;
    }
}
