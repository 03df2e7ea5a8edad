package dev.nowake.agent.pack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Kernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** How an image is mounted where everybody sees it, for tests of those who read from it. */
public enum ImageWay {
    FILE,
    FILE_DIRECT,
    LOOP,
    LOOP_DIRECT;

    /** Whether the image's own page cache is filled as its files are read. */
    public boolean keepsTwice() {
        return this == FILE || this == LOOP;
    }

    /** Undone by {@link Mounted#close}. */
    public Mounted mount(Kernel kernel, Path image, Path point) throws IOException {
        switch (this) {
            case FILE -> kernel.mounts().mount(image, point, "erofs", "");
            case FILE_DIRECT -> kernel.mounts().mount(image, point, "erofs", "directio");
            default -> {
                String direct = "--direct-io=" + (this == LOOP ? "off" : "on");
                Process made = new ProcessBuilder("losetup", "-r", "-f", "--show", direct, image.toString()).start();
                String device = made.inputReader().readLine();
                assertThat(made.onExit().join().exitValue()).isZero();
                run("mount", "-t", "erofs", "-o", "ro", device, point.toString());
                return new Mounted(point, device);
            }
        }
        return new Mounted(point, null);
    }

    /** @param device null where there is no loop device */
    public record Mounted(Path point, String device) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            run("umount", point.toString());
            if (device != null) {
                run("losetup", "-d", device);
            }
        }
    }

    private static void run(String... words) throws IOException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.onExit().join().exitValue())
                .as(String.join(" ", words) + ": " + said)
                .isZero();
    }
}
