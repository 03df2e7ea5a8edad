package dev.nowake.samples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Where a model's files lie: together in one folder, or as nameless blobs reached through the links of a Hugging Face
 * cache, or as the blobs of an Ollama store. Hashes are of the right length and made from names, not from content:
 * hashing the content would take longer than writing it.
 */
public enum ModelPlacement {
    /** {@code DIR/model-00001-of-00004.safetensors}. */
    FOLDER {
        @Override
        Path place(Path folder, String model, String file) throws IOException {
            Files.createDirectories(folder);
            return folder.resolve(file);
        }

        @Override
        Path publish(Path folder, String model, String file) {
            return folder.resolve(file);
        }
    },
    /** {@code DIR/hub/models--nowake--NAME/snapshots/REV/model-00001-of-00004.safetensors -> ../../blobs/HASH}. */
    HUGGING_FACE {
        @Override
        Path place(Path folder, String model, String file) throws IOException {
            Path blobs = Files.createDirectories(repository(folder, model).resolve("blobs"));
            return blobs.resolve(blobName(model, file));
        }

        @Override
        Path publish(Path folder, String model, String file) throws IOException {
            Path repository = repository(folder, model);
            String revision = hash(model + " revision").substring(0, 40);
            Path refs = Files.createDirectories(repository.resolve("refs"));
            Files.writeString(refs.resolve("main"), revision);
            Path snapshot =
                    Files.createDirectories(repository.resolve("snapshots").resolve(revision));
            Path link = snapshot.resolve(file);
            Files.deleteIfExists(link);
            return Files.createSymbolicLink(link, Path.of("../../blobs", blobName(model, file)));
        }

        private Path repository(Path folder, String model) {
            return folder.resolve("hub").resolve("models--nowake--" + model);
        }

        /** Weights lie under their SHA-256, small files under their Git blob hash. */
        private String blobName(String model, String file) {
            String hash = hash(model + "/" + file);
            return file.endsWith(".json") ? hash.substring(0, 40) : hash;
        }
    },
    /** {@code DIR/blobs/sha256-HASH}, named by {@code DIR/manifests/registry.ollama.ai/library/NAME/latest}. */
    OLLAMA {
        @Override
        Path place(Path folder, String model, String file) throws IOException {
            return Files.createDirectories(folder.resolve("blobs")).resolve("sha256-" + hash(model + "/" + file));
        }

        @Override
        Path publish(Path folder, String model, String file) throws IOException {
            Path blob = place(folder, model, file);
            if (file.endsWith(".json")) {
                return blob;
            }
            Path manifests = Files.createDirectories(
                    folder.resolve("manifests/registry.ollama.ai/library").resolve(model));
            Path config = place(folder, model, "config.json");
            Files.writeString(manifests.resolve("latest"), """
                    {"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json",\
                    "config":{"mediaType":"application/vnd.docker.container.image.v1+json",%s},\
                    "layers":[{"mediaType":"application/vnd.ollama.image.model",%s}]}""".formatted(reference(config), reference(blob)));
            return blob;
        }

        private String reference(Path blob) throws IOException {
            return "\"digest\":\"%s\",\"size\":%d"
                    .formatted(blob.getFileName().toString().replace('-', ':'), Files.size(blob));
        }
    };

    /** The path that the bytes of {@code file} are written to. */
    abstract Path place(Path folder, String model, String file) throws IOException;

    /** Makes {@code file}, written before, reachable as loaders reach it, and gives the path they would open. */
    abstract Path publish(Path folder, String model, String file) throws IOException;

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK has SHA-256", impossible);
        }
    }
}
