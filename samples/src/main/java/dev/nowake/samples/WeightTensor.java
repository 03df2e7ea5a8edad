package dev.nowake.samples;

import java.util.List;

/** One tensor of a model; {@code shape} is outermost first, as in safetensors. */
public record WeightTensor(String name, DType type, List<Long> shape) {

    static WeightTensor of(String name, DType type, long... shape) {
        return new WeightTensor(
                name, type, java.util.Arrays.stream(shape).boxed().toList());
    }

    public long sizeBytes() {
        return shape.stream().reduce(1L, Math::multiplyExact) * type.bytesPerWeight();
    }
}
