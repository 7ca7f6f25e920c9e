package dev.microgpt.engine.architecture;

/// The angles by which positions are told apart in sinusoidal and rotary positions: those of pair i of n elements grow by
/// 10,000^(-2 i / n) per position.
public final class Wavelengths {

    private static final double BASE = 10_000;

    private Wavelengths() {}

    /// Returns an angle in radians.
    ///
    /// @param pair index of a pair of neighbouring elements
    /// @param width n, number of all elements
    public static double angle(int position, int pair, int width) {
        return position * perPosition(pair, width);
    }

    /// Returns by how many radians the angle of a pair grows per position.
    public static double perPosition(int pair, int width) {
        return StrictMath.pow(BASE, -2.0 * pair / width);
    }

    /// Returns an element of a sinusoidal position embedding: the sine of its pair's angle, or the cosine if its index is
    /// odd.
    ///
    /// @param width C
    public static double sinusoid(int position, int element, int width) {
        double angle = angle(position, element / 2, width);
        return element % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle);
    }
}
