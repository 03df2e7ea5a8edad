package dev.nowake.policy.builtin;

/**
 * One recorded read.
 *
 * @param path the weight file's, as the trace says it
 * @param node the NUMA node it was read for; -1 where the trace does not say
 */
public record ReplayStep(String path, long offsetBytes, long lengthBytes, int node) {
    public ReplayStep {
        if (offsetBytes < 0 || lengthBytes <= 0 || offsetBytes > Long.MAX_VALUE - lengthBytes) {
            throw new IllegalArgumentException(
                    "not a range: " + lengthBytes + " bytes at " + offsetBytes + " of " + path);
        }
    }
}
