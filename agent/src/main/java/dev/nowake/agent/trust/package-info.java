/** Whether what a file says may be believed by a process that has root's rights: policies' code, the configuration. */
package dev.nowake.agent.trust;
