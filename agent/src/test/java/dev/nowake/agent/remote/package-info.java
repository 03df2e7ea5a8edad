/**
 * Real servers on loopback and what mounts them: sshfs, rclone, s3fs and the project's own slow filesystem, for tests of
 * whatever reads a network mount. {@link dev.nowake.agent.remote.RemoteMount} starts one of a
 * {@link dev.nowake.agent.remote.RemoteKind} and takes it away again.
 */
package dev.nowake.agent.remote;
