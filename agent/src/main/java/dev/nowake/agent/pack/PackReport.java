package dev.nowake.agent.pack;

import java.nio.file.Path;
import java.util.List;

/**
 * What was packed.
 *
 * @param sizeBytes of all files
 * @param imageBytes of the image; {@code allocatedBytes} of those lie on the disk, the others are holes
 * @param alignmentBytes what every file's data begins at a multiple of
 * @param check null where none was asked for
 * @param skipped pipes and devices
 * @param notes what was not done, in a line each
 */
public record PackReport(
        int files,
        int links,
        long sizeBytes,
        long imageBytes,
        long allocatedBytes,
        int alignmentBytes,
        String uuid,
        String mkfsVersion,
        double seconds,
        CheckReport check,
        List<Path> skipped,
        List<String> notes) {}
