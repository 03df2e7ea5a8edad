/** The daemon's unix socket: one JSON line asked, one JSON line answered. */
package dev.nowake.agent.control;
