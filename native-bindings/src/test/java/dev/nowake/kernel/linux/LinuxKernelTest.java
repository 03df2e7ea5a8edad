package dev.nowake.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.ffm.FfmLibC;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxKernelTest {
    private static final String WITHHELD = "--illegal-native-access=deny";

    @Test
    void autoTakesFfmWithoutAWord() {
        LinuxKernel kernel = LinuxKernel.open(Binding.AUTO);
        assertThat(kernel.binding()).isEqualTo("ffm");
        assertThat(kernel.bindingNote()).isNull();
        assertThat(LinuxKernel.open(Binding.JNR).binding()).isEqualTo("jnr");
    }

    @Test
    void withoutNativeAccessTheMessageSaysWhatToDo() throws Exception {
        String classPath = System.getProperty("java.class.path");
        try (JavaProcess process =
                JavaProcess.start(List.of(WITHHELD, "-cp", classPath, BindingReport.class.getName()))) {
            assertThat(process.line()).contains("none", "java.lang.foreign", "jnr-ffi", "--enable-native-access");
            assertThat(process.line()).contains("none", "java.lang.foreign", "Illegal native access");
        }
    }

    /** The bindings as a module without native access, jnr-ffi on the class path with it. */
    @Test
    void autoFallsBackToJnrWhereFfmIsDenied(@TempDir Path folder) throws Exception {
        Path classes = Path.of(LinuxKernel.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path tests = Path.of(BindingReport.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path module = jar(folder.resolve("bindings.jar"), List.of(classes, tests));
        List<String> others =
                new ArrayList<>(List.of(System.getProperty("java.class.path").split(":")));
        others.removeAll(List.of(classes.toString(), tests.toString()));
        try (JavaProcess process = JavaProcess.start(List.of(
                WITHHELD,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                String.join(":", others),
                "-p",
                module.toString(),
                "-m",
                "bindings/" + BindingReport.class.getName()))) {
            assertThat(process.line()).startsWith("jnr java.lang.foreign: ").contains("bindings");
        }
    }

    private static Path jar(Path jar, List<Path> roots) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            for (Path root : roots) {
                try (Stream<Path> files = Files.walk(root.resolve("dev"))) {
                    for (Path file : files.filter(LinuxKernelTest::isClass).toList()) {
                        entries.putNextEntry(new JarEntry(root.relativize(file).toString()));
                        Files.copy(file, entries);
                    }
                }
            }
        }
        return jar;
    }

    /** Of a class, not of a package's description, which main and test code both have. */
    private static boolean isClass(Path file) {
        return Files.isRegularFile(file) && !file.endsWith("package-info.class");
    }

    @Test
    @Tag("kernel")
    void theProbeIsQuickAndLeavesNothingBehind() throws Exception {
        FfmLibC libc = FfmLibC.open();
        FeatureProbe.of(libc);
        long descriptors = descriptors();
        Duration best = Duration.ofDays(1);
        for (int i = 0; i < 10; i++) {
            long start = System.nanoTime();
            FeatureProbe.of(libc);
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            best = took.compareTo(best) < 0 ? took : best;
        }
        assertThat(best).isLessThan(Duration.ofMillis(20));
        assertThat(descriptors()).isEqualTo(descriptors);
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    @Test
    void everyAbsentFeatureHasAReason() {
        LinuxKernel kernel = LinuxKernel.open(Binding.FFM);
        for (Feature feature : Feature.values()) {
            assertThat(kernel.features().whyMissing(feature) == null)
                    .isEqualTo(kernel.features().has(feature));
        }
        assertThat(kernel.features()).isSameAs(kernel.features());
    }
}
