/**
 * A mirror's folders and what is known of them. {@link dev.nowake.agent.mirror.store.TreeSync} brings the local tree in line
 * with the remote one: sparse files of the remote's sizes. {@link dev.nowake.agent.mirror.store.MirroredFile} is one of them
 * and knows which of its bytes are there; what a restart may believe of that stands in an extended attribute of the file
 * itself ({@link dev.nowake.agent.mirror.store.TwinRecord}), which is written after the data it tells of is on the disk. {@link
 * dev.nowake.agent.mirror.store.Store} holds it all together.
 *
 * <p>Loaders' users may own folders of the tree, as they own the remote's, and put other things in the place of what is there.
 * So nothing is done to a path in the tree: a file or folder is opened, its inode looked at, and what is done is done through
 * the descriptor ({@link dev.nowake.agent.mirror.store.Held}). New files are made in a folder that is root's alone, and
 * renamed into the tree when they are ready.
 */
package dev.nowake.agent.mirror.store;
