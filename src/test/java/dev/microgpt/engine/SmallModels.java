package dev.microgpt.engine;

/// Models that are small enough to train quickly.
final class SmallModels {

    static final String NAMES = "alice\nbob\ncharlie\ndavid\nemma\nfrank";

    private SmallModels() {}

    static ModelOptions.Builder options() {
        return ModelOptions.builder().engine(EngineKind.SCALAR).nEmbd(8).nHead(2).blockSize(8);
    }

    /// Returns a model with initial parameters.
    static MicroGpt ready(ModelOptions options, String text) {
        MicroGpt model = new MicroGpt(options);
        model.loadData(text);
        model.initParams();
        return model;
    }

    /// Returns a model that has learned a little, but predicts no token with certainty.
    static MicroGpt trained(String text) {
        MicroGpt model = ready(options().build(), text);
        for (int i = 0; i < 40; i++) {
            model.advance();
        }
        return model;
    }
}
