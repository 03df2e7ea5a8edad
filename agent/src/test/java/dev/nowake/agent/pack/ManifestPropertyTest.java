package dev.nowake.agent.pack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.PathBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Any names that a filesystem can hold. */
class ManifestPropertyTest {
    @Provide
    Arbitrary<Path> names() {
        return Arbitraries.bytes()
                .filter(each -> each != 0 && each != '/')
                .array(byte[].class)
                .ofMinSize(1)
                .ofMaxSize(20)
                .filter(bytes -> bytes[0] != '.')
                .map(PathBytes::path);
    }

    @Property(tries = 60)
    void whatIsWrittenIsRead(@ForAll("names") Path first, @ForAll("names") Path second) throws IOException {
        Path file = Files.createTempFile("manifest", ".json");
        try {
            List<Manifest.Entry> files =
                    List.of(new Manifest.Entry(PackSource.inImage(PackSource.PLACE.resolve(first)), 5, "aa"));
            List<Manifest.Link> links = List.of(new Manifest.Link(second, PathBytes.path(PathBytes.of(first))));
            Manifest manifest = new Manifest("u", 7, "zstd,3", 4096, files, links, List.of(second));
            manifest.write(file);
            Manifest read = Manifest.read(file);
            assertThat(bytes(read)).isEqualTo(bytes(manifest));
        } finally {
            Files.delete(file);
        }
    }

    /** Paths that are no text are compared by their bytes. */
    private static List<Object> bytes(Manifest manifest) {
        List<Object> all = new ArrayList<>(List.of(manifest.uuid(), manifest.imageBytes(), manifest.compression()));
        manifest.files().forEach(file -> all.addAll(List.of(hex(file.path()), file.sizeBytes(), file.sha256())));
        manifest.links().forEach(link -> all.addAll(List.of(hex(link.path()), hex(link.leadsTo()))));
        manifest.folders().forEach(folder -> all.add(hex(folder)));
        return all;
    }

    private static String hex(Path path) {
        return java.util.HexFormat.of().formatHex(PathBytes.of(path));
    }

    @Property(tries = 100)
    void whatIsCalledOrHoldsSomethingElseIsAnotherImage(@ForAll("names") Path name, @ForAll byte one) {
        List<Manifest.Entry> files = List.of(new Manifest.Entry(name, one, "aa"));
        String uuid = Manifest.uuid(files, List.of(), List.of(), null);
        assertThat(UUID.fromString(uuid).version()).isEqualTo(8);
        assertThat(UUID.fromString(uuid).variant()).isEqualTo(2);
        assertThat(Manifest.uuid(files, List.of(), List.of(), null)).isEqualTo(uuid);
        assertThat(Manifest.uuid(List.of(new Manifest.Entry(name, one, "ab")), List.of(), List.of(), null))
                .isNotEqualTo(uuid);
        assertThat(Manifest.uuid(List.of(), List.of(new Manifest.Link(name, name)), List.of(), null))
                .isNotEqualTo(Manifest.uuid(List.of(), List.of(), List.of(name, name), null));
        assertThat(Manifest.uuid(files, List.of(), List.of(), "lz4")).isNotEqualTo(uuid);
    }
}
