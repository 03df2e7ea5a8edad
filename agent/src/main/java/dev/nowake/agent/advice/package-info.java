/**
 * What could be mounted better for models, and the command that does it.
 *
 * <p>The way through: {@link dev.nowake.agent.advice.CarefulPath} finds where a folder lies without asking a server,
 * {@link dev.nowake.agent.advice.MountSelection} which mounts are in question, {@link dev.nowake.agent.advice.MountReading} reads what
 * /proc and /sys tell of each ({@link dev.nowake.agent.advice.MountLook}), and {@link dev.nowake.agent.advice.Advice} turns that into
 * findings, as data, without looking at anything. {@link dev.nowake.agent.advice.Fixing} sets what can be set while it is mounted.
 * Nothing here touches a mount itself but {@link dev.nowake.agent.advice.OpenProbe}, which is asked for: a server that hangs holds
 * up whoever touches its mount, and that process cannot be ended.
 */
package dev.nowake.agent.advice;
