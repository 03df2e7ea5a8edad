/**
 * What a load touches, watched while it happens: from the kernel's filemap events where it lets us, else from residency.
 * And trace files: read, written, drawn. The formats themselves are policies' ({@code dev.nowake.policy.trace}).
 */
package dev.nowake.agent.trace;
