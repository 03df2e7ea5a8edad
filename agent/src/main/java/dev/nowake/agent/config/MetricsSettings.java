package dev.nowake.agent.config;

import java.nio.file.Path;

/**
 * Where metrics are shown.
 *
 * @param listen {@code HOST:PORT} of the HTTP endpoint; null for none
 * @param textfile a file for node_exporter's textfile collector, written anew from time to time; null for none
 * @param modelLabel whether the metrics of loads tell the models' names, as many as are bounded
 */
public record MetricsSettings(String listen, Path textfile, boolean modelLabel) {
    public static final MetricsSettings NONE = new MetricsSettings(null, null, false);
}
