package dev.nowake.agent.cli;

import dev.nowake.kernel.linux.Binding;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

final class BindingName implements ITypeConverter<Binding> {
    @Override
    public Binding convert(String name) {
        return switch (name) {
            case "ffm" -> Binding.FFM;
            case "jnr" -> Binding.JNR;
            default -> throw new TypeConversionException("expected ffm or jnr, not '" + name + "'");
        };
    }
}
