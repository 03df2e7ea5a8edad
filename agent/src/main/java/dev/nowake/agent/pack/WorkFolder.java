package dev.nowake.agent.pack;

import dev.nowake.agent.stage.StageFile;
import dev.nowake.agent.stage.StageTree;
import dev.nowake.kernel.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A temporary folder with names that every program and locale takes: {@code image} leads to the image, {@code tree} is what goes
 * into it or leads there, {@code mount} is where images are mounted.
 */
record WorkFolder(Path folder, Path image, Path tree, Path mount) implements AutoCloseable {
    static WorkFolder make(Path imageFile) throws IOException {
        Path folder = Files.createTempDirectory("nowake-pack");
        WorkFolder made =
                new WorkFolder(folder, folder.resolve("image"), folder.resolve("tree"), folder.resolve("mount"));
        try {
            Files.createSymbolicLink(made.image, imageFile.toAbsolutePath());
            Files.createDirectory(made.mount);
            return made;
        } catch (IOException failed) {
            made.close();
            throw failed;
        }
    }

    void lead(Path toFolder) throws IOException {
        Files.createSymbolicLink(tree, toFolder);
    }

    /**
     * Lays out the source's tree in memory, each file bound from where it is: mkfs.erofs follows no links. On a thread with mounts
     * of its own; all of it goes with that.
     */
    void layOut(PackSource source, Mounts mounts) throws IOException {
        Files.createDirectory(tree);
        mounts.mountMemory(tree);
        Files.setAttribute(tree, "unix:mode", 0755);
        for (Path target : source.tree().folders()) {
            Path place = place(target);
            if (!place.equals(tree)) {
                Files.createDirectory(place);
            }
            source.copyAttributes(target, place);
        }
        for (StageTree.Link link : source.tree().links()) {
            Files.createSymbolicLink(place(link.target()), link.leadsTo());
        }
        for (StageFile file : source.files()) {
            Path place = Files.createFile(place(file.target()));
            mounts.bind(file.source(), place);
        }
    }

    private Path place(Path target) {
        Path inside = PackSource.inImage(target);
        return inside.toString().isEmpty() ? tree : tree.resolve(inside);
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(image);
        Files.deleteIfExists(tree); // its mount is another namespace's, or gone
        Files.deleteIfExists(mount);
        Files.deleteIfExists(folder);
    }
}
