package dev.microgpt.engine.training;

/// What determines a training step besides the parameters, the moments and the batch.
///
/// @param step number of steps before this one
/// @param learningRate the learning rate of this step
/// @param gradientClip the largest norm of the gradient of all parameters; a longer one is shortened. Infinity for none
/// @param labelSmoothing share of the target probability that is spread over all tokens, 0 to below 1
public record StepSettings(
        long step,
        double learningRate,
        UpdateRule rule,
        double gradientClip,
        Dropout dropout,
        double labelSmoothing) {

    /// Returns a step of microgpt.
    public static StepSettings of(long step, double learningRate) {
        return new StepSettings(
                step,
                learningRate,
                UpdateRule.DEFAULT,
                Double.POSITIVE_INFINITY,
                Dropout.NONE,
                /* labelSmoothing= */ 0);
    }

    /// Returns the factor that shortens a gradient.
    ///
    /// @param norm L2 norm of the gradient of all parameters
    /// @return 1 if it is short enough
    public double gradientScale(double norm) {
        return norm > gradientClip ? gradientClip / norm : 1;
    }
}
