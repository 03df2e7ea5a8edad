package dev.nowake.policy;

/**
 * A device the load's readers have open.
 *
 * @param name as /dev names it, for example {@code nvidia0}
 * @param node its NUMA node, -1 where it is unknown
 */
public record AcceleratorView(String name, int node) {}
