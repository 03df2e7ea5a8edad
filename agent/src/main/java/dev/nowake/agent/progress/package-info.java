/** Which bytes of a load's files its readers have touched, by the best the kernel tells of each of them. */
package dev.nowake.agent.progress;
