package dev.microgpt.engine;

/// The options for generating a text, such as
/// `GenerateOptions.defaults().withTemperature(0.8).withPrompt("an")`.
///
/// @param temperature divides the logits, 0 to 1000: below 1 likely tokens become likelier, above 1 unlikely
///     ones; 0 always takes the most likely token and draws nothing
/// @param prompt the beginning of the text; at most blockSize characters
/// @param topK draw only from the k most likely tokens; 0 for all tokens
/// @param topP draw only from the most likely tokens, as many as it takes for their probabilities to reach p
///     (nucleus sampling, Holtzman et al. 2019); above 0 and at most 1, 1 for all tokens
/// @param viz whether the sample includes traces
public record GenerateOptions(
        double temperature, String prompt, int topK, double topP, boolean viz) {

    private static final GenerateOptions DEFAULTS = new GenerateOptions(0.5, "", 0, 1, false);

    /// Above this every token is equally likely for all practical purposes.
    private static final double MAX_TEMPERATURE = 1000;

    /// @throws InvalidInputException if a number is out of its range
    public GenerateOptions {
        if (!(temperature >= 0 && temperature <= MAX_TEMPERATURE)) {
            throw InvalidInputException.outOfRange(
                    "temperature",
                    temperature,
                    0.0,
                    MAX_TEMPERATURE,
                    "temperature must be from 0 to 1000, but is " + temperature);
        }
        InvalidInputException.requireRange("topK", topK, 0, Integer.MAX_VALUE);
        if (!(topP > 0 && topP <= 1)) {
            throw InvalidInputException.outOfRange(
                    "topP",
                    topP,
                    Double.MIN_VALUE,
                    1.0,
                    "topP must be above 0 and at most 1, but is " + topP);
        }
    }

    /// Returns the defaults: temperature 0.5, no prompt, all tokens, no traces.
    public static GenerateOptions defaults() {
        return DEFAULTS;
    }

    public GenerateOptions withTemperature(double newTemperature) {
        return new GenerateOptions(newTemperature, prompt, topK, topP, viz);
    }

    public GenerateOptions withPrompt(String newPrompt) {
        return new GenerateOptions(temperature, newPrompt, topK, topP, viz);
    }

    public GenerateOptions withTopK(int newTopK) {
        return new GenerateOptions(temperature, prompt, newTopK, topP, viz);
    }

    public GenerateOptions withTopP(double newTopP) {
        return new GenerateOptions(temperature, prompt, topK, newTopP, viz);
    }

    public GenerateOptions withViz(boolean newViz) {
        return new GenerateOptions(temperature, prompt, topK, topP, newViz);
    }
}
