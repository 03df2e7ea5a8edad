package dev.nowake.agent.demo;

/**
 * One load, seen from outside.
 *
 * @param seconds from the loader's first open to its last byte
 * @param peakResidentBytes the most of the model in page cache, sampled every 20 ms
 * @param residentAfterBytes one second after the loader's exit
 * @param scannedByKswapd pages, pgscan_kswapd of /proc/vmstat over the same time
 */
public record Measurement(
        double seconds,
        double gigabytesPerSecond,
        long majorFaults,
        long peakResidentBytes,
        long residentAfterBytes,
        long scannedByKswapd,
        Course course) {}
