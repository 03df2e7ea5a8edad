package dev.nowake.kernel.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A program of its own: maps the file given, closes its descriptor, touches every page, prints the mapping's address and
 * ends when its input does.
 */
final class MapHolder {
    private MapHolder() {}

    public static void main(String[] arguments) throws IOException {
        MemorySegment pages;
        try (FileChannel channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.READ)) {
            pages = channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.global());
        }
        long sum = 0;
        for (long at = 0; at < pages.byteSize(); at += 4096) {
            sum += pages.get(ValueLayout.JAVA_BYTE, at);
        }
        System.out.println(pages.address() + " " + sum);
        while (System.in.read() >= 0) {
            // Holds the mapping until the other side closes.
        }
    }
}
