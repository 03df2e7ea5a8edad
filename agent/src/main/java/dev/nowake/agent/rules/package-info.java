/** Which rule of the configuration decides about a load, and why not another: from the model and its first reader to a policy. */
package dev.nowake.agent.rules;
