package dev.nowake.agent.pack;

import java.nio.file.Path;
import java.util.List;

/**
 * What a check found.
 *
 * @param files held against the manifest
 * @param mountedBy the file itself or a loop device
 * @param wrong nothing where the image is what was packed
 */
public record CheckReport(int files, long sizeBytes, String mountedBy, double seconds, List<Wrong> wrong) {
    /** @param path in the image, or the image's own where it is wrong itself */
    public record Wrong(Path path, String reason) {}

    public boolean isRight() {
        return wrong.isEmpty();
    }
}
