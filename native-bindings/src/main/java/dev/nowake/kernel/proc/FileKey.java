package dev.nowake.kernel.proc;

/** A file's identity as stat(2) gives it. */
public record FileKey(long device, long inode) {}
