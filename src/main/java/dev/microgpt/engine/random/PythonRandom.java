package dev.microgpt.engine.random;

import java.util.Arrays;
import java.util.Locale;

/// The generator of Python's `random` module: MT19937, with the seeding and the draws of CPython 3.11.
///
/// All results equal Python's bit for bit, except that [#gauss] may differ by one unit in the last
/// place: CPython takes logarithm, cosine and sine from the C library.
///
/// Source: M. Matsumoto, T. Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998), and the
/// documentation of Python's `random`.
public final class PythonRandom implements RandomSource {

    private static final int N = 624;
    private static final int M = 397;
    private static final int UPPER_MASK = 0x80000000;
    private static final int LOWER_MASK = 0x7fffffff;
    private static final int MATRIX_A = 0x9908b0df;

    /// 2^53: random() combines 27 and 26 bits of two draws.
    private static final double TWO_POW_53 = 9007199254740992.0;

    private static final double TWO_POW_26 = 67108864.0;

    private static final int WORDS = N + 4;

    private final int[] mt; // (624)
    private int index;

    /// gauss() computes two numbers at a time and keeps the second for the next call.
    private boolean hasNextGauss;

    private double nextGauss;

    /// Creates a generator that is seeded like `random.seed(seed)`.
    ///
    /// @param seed not negative
    /// @throws IllegalArgumentException if the seed is negative
    public PythonRandom(long seed) {
        if (seed < 0) {
            throw new IllegalArgumentException("seed must not be negative, but is " + seed);
        }
        mt = new int[N];
        int low = (int) seed;
        int high = (int) (seed >>> 32);
        initByArray(high == 0 ? new int[] {low} : new int[] {low, high});
    }

    private PythonRandom(PythonRandom other) {
        mt = other.mt.clone();
        index = other.index;
        hasNextGauss = other.hasNextGauss;
        nextGauss = other.nextGauss;
    }

    /// Creates a generator that continues from a saved state.
    ///
    /// @param words the state as returned by [#words()]
    /// @throws IllegalArgumentException if there are not 628 words, or the index into them is out of range
    public PythonRandom(int[] words) {
        if (words.length != WORDS) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "the state must have %d words, but has %d",
                            WORDS,
                            words.length));
        }
        mt = Arrays.copyOf(words, N);
        index = words[N];
        if (index < 0 || index > N) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "the index must be from 0 to %d, but is %d", N, index));
        }
        hasNextGauss = words[N + 1] != 0;
        nextGauss =
                Double.longBitsToDouble(
                        (long) words[N + 2] << 32 | Integer.toUnsignedLong(words[N + 3]));
    }

    /// Returns the state as 628 words: the 624 words of the twister, the index into them, whether a second
    /// number is kept for the next `gauss` (1 or 0), and the upper and lower half of that number.
    @Override
    public int[] words() {
        int[] words = Arrays.copyOf(mt, WORDS);
        long bits = Double.doubleToRawLongBits(nextGauss);
        words[N] = index;
        words[N + 1] = hasNextGauss ? 1 : 0;
        words[N + 2] = (int) (bits >>> 32);
        words[N + 3] = (int) bits;
        return words;
    }

    private void initGenrand(int seed) {
        mt[0] = seed;
        for (int i = 1; i < N; i++) {
            mt[i] = 1812433253 * (mt[i - 1] ^ (mt[i - 1] >>> 30)) + i;
        }
        index = N;
    }

    private void initByArray(int[] key) {
        initGenrand(19650218);
        int i = 1;
        int j = 0;
        for (int k = Math.max(N, key.length); k > 0; k--) {
            mt[i] = (mt[i] ^ ((mt[i - 1] ^ (mt[i - 1] >>> 30)) * 1664525)) + key[j] + j;
            i = nextSeedIndex(i);
            j = (j + 1) % key.length;
        }
        for (int k = N - 1; k > 0; k--) {
            mt[i] = (mt[i] ^ ((mt[i - 1] ^ (mt[i - 1] >>> 30)) * 1566083941)) - i;
            i = nextSeedIndex(i);
        }
        mt[0] = UPPER_MASK;
    }

    /// Returns the next index, 1 to 623. On wrapping, copies the last word to the first.
    private int nextSeedIndex(int i) {
        if (i + 1 < N) {
            return i + 1;
        }
        mt[0] = mt[N - 1];
        return 1;
    }

    private void twist() {
        for (int k = 0; k < N; k++) {
            int y = (mt[k] & UPPER_MASK) | (mt[(k + 1) % N] & LOWER_MASK);
            mt[k] = mt[(k + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : MATRIX_A);
        }
        index = 0;
    }

    /// Draws 32 bits like `random.getrandbits(32)`; the result is unsigned.
    private int next32() {
        if (index >= N) {
            twist();
        }
        int y = mt[index++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >>> 18);
    }

    /// Draws a number like `random.getrandbits(bits)`.
    ///
    /// @param bits 1 to 32
    /// @throws IllegalArgumentException if `bits` is out of range
    public long getRandBits(int bits) {
        if (bits < 1 || bits > 32) {
            throw new IllegalArgumentException("bits must be from 1 to 32, but is " + bits);
        }
        return Integer.toUnsignedLong(next32()) >>> (32 - bits);
    }

    @Override
    public double random() {
        int high = next32() >>> 5;
        int low = next32() >>> 6;
        return (high * TWO_POW_26 + low) / TWO_POW_53;
    }

    @Override
    public double gauss(double mu, double sigma) {
        double z;
        if (hasNextGauss) {
            z = nextGauss;
            hasNextGauss = false;
        } else {
            double angle = random() * (2 * Math.PI);
            double radius = Math.sqrt(-2.0 * StrictMath.log(1.0 - random()));
            z = StrictMath.cos(angle) * radius;
            nextGauss = StrictMath.sin(angle) * radius;
            hasNextGauss = true;
        }
        return mu + z * sigma;
    }

    /// Draws as many bits as `bound` has, and repeats until the number is below `bound`.
    @Override
    public int below(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound must be positive, but is " + bound);
        }
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(bound);
        long drawn = getRandBits(bits);
        while (drawn >= bound) {
            drawn = getRandBits(bits);
        }
        return (int) drawn;
    }

    /// Chooses an index like `random.choices(range(n), weights)[0]`.
    @Override
    public int choice(double uniform, double[] weights) {
        double[] cumulative = weights.clone();
        for (int i = 1; i < cumulative.length; i++) {
            cumulative[i] += cumulative[i - 1];
        }
        int last = cumulative.length - 1;
        double total = last < 0 ? 0 : cumulative[last];
        double point = uniform * RandomSource.requireUsable(total);
        int chosen = 0;
        while (chosen < last && cumulative[chosen] <= point) {
            chosen++;
        }
        return chosen;
    }

    @Override
    public PythonRandom copy() {
        return new PythonRandom(this);
    }
}
