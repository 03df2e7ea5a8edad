package dev.nowake.policy.sim;

/**
 * A model was loaded.
 *
 * @param atSeconds unix time
 * @param untilSeconds when nobody had it open any more; {@code atSeconds} where that is not known
 * @param sizeBytes of all its files
 */
public record ModelLoad(String model, long sizeBytes, double atSeconds, double untilSeconds) {
    public ModelLoad {
        if (sizeBytes < 0 || !Double.isFinite(atSeconds) || !(untilSeconds >= atSeconds)) {
            throw new IllegalArgumentException(
                    "no load: " + model + ", " + sizeBytes + " bytes, " + atSeconds + " to " + untilSeconds);
        }
    }
}
