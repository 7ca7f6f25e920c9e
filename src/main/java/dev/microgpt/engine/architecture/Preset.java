package dev.microgpt.engine.architecture;

/// Well-known architectures.
public enum Preset {
    MICROGPT,
    GPT2,
    LLAMA;

    public Architecture architecture() {
        return switch (this) {
            case MICROGPT -> Architecture.MICROGPT;
            case GPT2 -> Architecture.GPT2;
            case LLAMA -> Architecture.LLAMA;
        };
    }
}
