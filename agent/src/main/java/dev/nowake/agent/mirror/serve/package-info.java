/** A mirror as the daemon runs it: store, filler and gates joined, from the first look at the remote to the orderly stop. */
package dev.nowake.agent.mirror.serve;
