/** Asks the rule's policy and lets nothing through that the guard refuses. Pure: plans come out, nothing is done. */
package dev.nowake.agent.decide;
