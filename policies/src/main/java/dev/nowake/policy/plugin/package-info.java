/**
 * Policies in jars. A jar sees the JDK, {@code dev.nowake.policy} and {@code dev.nowake.model}, and nothing else of nowake.
 * It is code of whoever may write the plugin folder: it is held to the interface, not locked in.
 */
package dev.nowake.policy.plugin;
