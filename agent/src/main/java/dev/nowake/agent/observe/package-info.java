/** What was seen: counters, and a journal of event, plan and outcome. The last station of every event's way. */
package dev.nowake.agent.observe;
