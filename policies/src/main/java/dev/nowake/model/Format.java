package dev.nowake.model;

/** What a weight file is, by its content. */
public enum Format {
    SAFETENSORS("safetensors"),
    GGUF("gguf"),
    TORCH_ZIP("torch-zip"),
    TORCH_PICKLE("torch-pickle"),
    ONNX("onnx"),
    /** A large file of no known format: treated as one range of bytes. */
    UNKNOWN("unknown");

    private final String label;

    Format(String label) {
        this.label = label;
    }

    /** The name in JSON and configuration. */
    public String label() {
        return label;
    }
}
