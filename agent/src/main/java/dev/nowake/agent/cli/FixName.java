package dev.nowake.agent.cli;

import dev.nowake.agent.advice.Fix;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

final class FixName implements ITypeConverter<Fix> {
    @Override
    public Fix convert(String name) {
        return Fix.of(name)
                .orElseThrow(
                        () -> new TypeConversionException("expected read-ahead or max-background, not '" + name + "'"));
    }
}
