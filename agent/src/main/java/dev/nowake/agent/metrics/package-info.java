/**
 * The last station: what the daemon knows of itself as metrics. {@link dev.nowake.agent.metrics.Catalogue} says which there
 * are; each is read when somebody asks, from a {@link dev.nowake.agent.metrics.Look} at the daemon, and nothing is kept.
 * Classes of the Prometheus library are loaded only when metrics are shown: {@code Exposition}, {@code MetricsServer}.
 */
package dev.nowake.agent.metrics;
