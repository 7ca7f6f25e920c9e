package dev.microgpt.engine;

import java.util.Arrays;

/// Trains for a while and prints a hash of all losses and texts. Tests run it in a separate
/// process.
final class TrainingHash {

    private TrainingHash() {}

    /// @param args none
    public static void main(String[] args) {
        long hash = 1;
        for (int width : new int[] {16, 48}) {
            ModelOptions options =
                    ModelOptions.builder()
                            .engine(EngineKind.TENSOR)
                            .nEmbd(width)
                            .nHead(width / 16 * (width == 16 ? 4 : 1))
                            .batchSize(3)
                            .build();
            MicroGpt model = SmallModels.ready(options, SmallModels.NAMES);
            for (int i = 0; i < 150; i++) {
                hash = 31 * hash + Double.hashCode(model.advance());
            }
            hash = 31 * hash + model.generate(1).text().hashCode();
            hash = 31 * hash + Arrays.hashCode(model.score("anna").surprisals());
        }
        System.out.println("hash " + hash);
    }
}
