package dev.nowake.model;

import java.util.List;

/**
 * What a weight file's header says.
 *
 * @param tensors in file order; empty where the format does not tell
 * @param dataOffsetBytes where the header ends and weights begin
 * @param tensorCount how many tensors the file holds, which a format may tell without listing them
 */
public record Layout(Format format, List<Tensor> tensors, long dataOffsetBytes, int tensorCount) {
    public static Layout unknown() {
        return new Layout(Format.UNKNOWN, List.of(), 0, 0);
    }
}
