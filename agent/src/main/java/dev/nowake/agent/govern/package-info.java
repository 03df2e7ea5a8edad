/**
 * How much may be in flight and how much memory prefetch may take: "a load lives on room it has made". {@link
 * dev.nowake.agent.govern.RoomLaw} is the law, without I/O; {@link dev.nowake.agent.govern.Margin} says what is left to others,
 * {@link dev.nowake.agent.govern.FolioOrder} in which size of pages to fetch; {@link dev.nowake.agent.govern.Governor} gives them a
 * clock, a lock and the host.
 */
package dev.nowake.agent.govern;
