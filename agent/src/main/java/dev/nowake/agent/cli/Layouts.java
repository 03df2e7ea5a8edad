package dev.nowake.agent.cli;

import dev.nowake.model.ByteSource;
import dev.nowake.model.Format;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Layout;
import dev.nowake.model.format.FormatDetector;
import dev.nowake.model.format.SafetensorsReader;
import java.io.IOException;
import java.util.List;

/** Reads a file's layout by the format its content shows. */
final class Layouts {
    private Layouts() {}

    static Layout read(ByteSource source) throws IOException, HostileModelException {
        Format format = FormatDetector.sniff(source);
        return switch (format) {
            case SAFETENSORS -> SafetensorsReader.read(source);
            default -> new Layout(format, List.of(), 0, 0);
        };
    }
}
