/**
 * Packs a model folder into a read-only EROFS image and checks images. What goes in is listed
 * ({@link dev.nowake.agent.pack.PackSource}), hashed, and given to mkfs.erofs ({@link dev.nowake.agent.pack.Mkfs}), which writes
 * into a file of its own beside the target ({@link dev.nowake.agent.pack.ImagePart}) that takes the target's name when it is whole
 * and durable. The hashes lie beside the image ({@link dev.nowake.agent.pack.Manifest}); a check mounts the image where nobody
 * else sees it ({@link dev.nowake.agent.pack.PrivateThread}) and holds every file against them
 * ({@link dev.nowake.agent.pack.ImageCheck}).
 */
package dev.nowake.agent.pack;
