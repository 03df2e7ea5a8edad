package dev.nowake.agent.pack;

import java.nio.file.Path;

/**
 * What is to be packed, and how.
 *
 * @param model a folder or a file
 * @param compression null for none
 * @param force replaces an image that is there
 * @param verify checks the image before it is put in place
 * @param mkfs null for the host's mkfs.erofs
 */
public record PackOrder(Path model, Path image, Compression compression, boolean force, boolean verify, Path mkfs) {}
