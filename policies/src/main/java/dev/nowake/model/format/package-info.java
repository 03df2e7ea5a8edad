/**
 * What a weight file's header says: one reader per format, and which files make up one model by their names and index.
 *
 * <p>Every reader takes bytes from a {@link dev.nowake.model.ByteSource}, touches nothing else and trusts nothing it
 * reads: bytes read, tensors, nesting and memory are bounded before they are spent, and whatever is broken ends in one
 * {@link dev.nowake.model.HostileModelException} with one line. Offsets in a layout always lie inside the file.
 */
package dev.nowake.model.format;
