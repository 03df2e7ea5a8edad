package dev.nowake.samples;

/**
 * What model to make.
 *
 * @param name of the model; part of its file names where the format or placement has it there
 * @param totalBytes wanted size of all shards; the model made is within a few percent of it
 * @param shards how many weight files
 * @param sync flush to disk before the write returns, so that pages are clean and can be evicted
 * @param seed equal seeds give equal bytes
 */
public record ModelSpec(
        String name,
        Preset preset,
        Format format,
        DType type,
        long totalBytes,
        int shards,
        Content content,
        ModelPlacement placement,
        boolean sync,
        long seed) {

    /** File format of the shards. */
    public enum Format {
        SAFETENSORS,
        GGUF
    }

    /** What the weights are. */
    public enum Content {
        /** Written through the page cache: resident afterwards, and dirty unless synced. */
        RANDOM,
        /** Random, written past the page cache and synced: nothing is resident afterwards. */
        COLD,
        /** A hole: takes no disk space, reads as zeros. */
        SPARSE
    }

    /** One BF16 safetensors file of random weights in a folder: the start for the {@code with} methods. */
    public static ModelSpec of(Preset preset, long totalBytes) {
        return new ModelSpec(
                preset.modelType + "-sample",
                preset,
                Format.SAFETENSORS,
                DType.BF16,
                totalBytes,
                1,
                Content.RANDOM,
                ModelPlacement.FOLDER,
                false,
                1);
    }

    public ModelSpec withName(String newName) {
        return new ModelSpec(newName, preset, format, type, totalBytes, shards, content, placement, sync, seed);
    }

    public ModelSpec withFormat(Format newFormat) {
        return new ModelSpec(name, preset, newFormat, type, totalBytes, shards, content, placement, sync, seed);
    }

    public ModelSpec withType(DType newType) {
        return new ModelSpec(name, preset, format, newType, totalBytes, shards, content, placement, sync, seed);
    }

    public ModelSpec withShards(int newShards) {
        return new ModelSpec(name, preset, format, type, totalBytes, newShards, content, placement, sync, seed);
    }

    public ModelSpec withContent(Content newContent) {
        return new ModelSpec(name, preset, format, type, totalBytes, shards, newContent, placement, sync, seed);
    }

    public ModelSpec withPlacement(ModelPlacement newPlacement) {
        return new ModelSpec(name, preset, format, type, totalBytes, shards, content, newPlacement, sync, seed);
    }

    public ModelSpec withSync(boolean newSync) {
        return new ModelSpec(name, preset, format, type, totalBytes, shards, content, placement, newSync, seed);
    }

    public ModelSpec withSeed(long newSeed) {
        return new ModelSpec(name, preset, format, type, totalBytes, shards, content, placement, sync, newSeed);
    }
}
