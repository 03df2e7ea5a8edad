package dev.nowake.model;

/** One tensor's bytes in its file. */
public record Tensor(String name, ByteRange bytes) {}
