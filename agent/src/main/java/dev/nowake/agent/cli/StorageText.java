package dev.nowake.agent.cli;

import dev.nowake.agent.config.ByteSize;
import dev.nowake.policy.sim.StorageSpec;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A simulated storage as people write it: {@code 1GB/s,2ms}, or {@code 1GB/s,2ms,64} with how many requests it takes. */
final class StorageText implements ITypeConverter<StorageSpec> {
    private static final Pattern SHAPE =
            Pattern.compile("(.+)/s,\\s*([0-9]{1,9}(?:\\.[0-9]{1,6})?)(us|ms|s)(?:,\\s*([0-9]{1,6}))?");

    @Override
    public StorageSpec convert(String text) {
        Matcher matcher = SHAPE.matcher(text.strip());
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + text + "' is no storage: write bandwidth and latency, such as"
                    + " 1GB/s,2ms or 1GB/s,2ms,64 with the requests it takes at once");
        }
        try {
            double unit = switch (matcher.group(3)) {
                case "us" -> 1e3;
                case "ms" -> 1e6;
                default -> 1e9;
            };
            return new StorageSpec(
                    ByteSize.parse(matcher.group(1)),
                    Math.round(Double.parseDouble(matcher.group(2)) * unit),
                    matcher.group(4) == null ? StorageSpec.DEFAULT_REQUESTS : Integer.parseInt(matcher.group(4)));
        } catch (IllegalArgumentException wrong) {
            throw new TypeConversionException(wrong.getMessage());
        }
    }
}
