/**
 * Policies in JavaScript: a script file becomes a {@link dev.nowake.policy.PolicyUnit}. The script sees plain immutable
 * values, returns plain values, and has no way to files, network, threads, clock or Java.
 *
 * <p>{@link dev.nowake.policy.js.ScriptUnit} is the way in. A {@code Realm} is one run-time of one script; {@code InputView}
 * shows it the input, {@code PlanReader} and {@code StateReader} read what it returns, {@code ModuleFolder} is all it can
 * import from.
 */
package dev.nowake.policy.js;
