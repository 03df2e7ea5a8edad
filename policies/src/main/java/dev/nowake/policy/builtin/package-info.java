/** The policies nowake brings along. */
package dev.nowake.policy.builtin;
