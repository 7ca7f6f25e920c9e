package dev.microgpt.engine.random;

/// The generator of microgptjs: Mulberry32 with Box-Muller for normal numbers, equal to it bit for bit.
///
/// Mulberry32 (Tommy Ettinger) has 32 bits of state; seeds are taken modulo 2^32.
public final class SeededRandom implements RandomSource {

    /// Added to the state before each draw.
    private static final int INCREMENT = 0x6d2b79f5;

    private static final double TWO_POW_32 = 4294967296.0;

    private int state;

    /// @param seed any integer; only its low 32 bits are used
    public SeededRandom(long seed) {
        state = (int) seed;
    }

    /// Returns the 32 bits of state: `new SeededRandom(g.state())` continues as `g` does.
    public int state() {
        return state;
    }

    @Override
    public double random() {
        state += INCREMENT;
        int t = (state ^ (state >>> 15)) * (1 | state);
        t = (t + (t ^ (t >>> 7)) * (61 | t)) ^ t;
        return Integer.toUnsignedLong(t ^ (t >>> 14)) / TWO_POW_32;
    }

    /// Draws a normally distributed number by Box-Muller, from two uniform numbers of which none is kept.
    /// Uses `StrictMath`, because its logarithm and cosine equal those of V8.
    @Override
    public double gauss(double mu, double sigma) {
        double u1 = random();
        double u2 = random();
        double z = Math.sqrt(-2 * StrictMath.log(u1)) * StrictMath.cos(2 * Math.PI * u2);
        return mu + sigma * z;
    }

    @Override
    public int below(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound must be positive, but is " + bound);
        }
        return (int) Math.floor(random() * bound);
    }

    @Override
    public int choice(double uniform, double[] weights) {
        double total = 0;
        for (double weight : weights) {
            total += weight;
        }
        double rest = uniform * RandomSource.requireUsable(total);
        for (int i = 0; i < weights.length; i++) {
            rest -= weights[i];
            if (rest <= 0) {
                return i;
            }
        }
        return weights.length - 1;
    }

    @Override
    public void skip(long draws) {
        state += (int) draws * INCREMENT;
    }

    @Override
    public SeededRandom copy() {
        return new SeededRandom(state);
    }

    @Override
    public int[] words() {
        return new int[] {state};
    }
}
