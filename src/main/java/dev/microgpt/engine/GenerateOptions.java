package dev.microgpt.engine;

/// How to generate: `GenerateOptions.defaults().withTemperature(0.8).withPrompt("an")`.
///
/// @param temperature divides the logits: below 1 the likely becomes likelier, above 1 the unlikely;
///     0 takes the most likely character and draws nothing
/// @param prompt how the text begins; at most blockSize characters
/// @param topK draw from the k most likely tokens only; 0 for all
/// @param topP draw from the most likely tokens only whose probabilities together reach p
///     (nucleus sampling, Holtzman et al. 2019); 1 for all
/// @param viz whether the sample carries traces
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

    /// Temperature 0.5, no prompt, all tokens, no traces.
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
