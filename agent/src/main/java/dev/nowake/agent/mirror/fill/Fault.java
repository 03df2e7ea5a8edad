package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.mirror.FillFailure;
import java.io.IOException;

/** Why a piece did not come; what all who waited for it are told. */
final class Fault extends IOException {
    private final FailureKind kind;

    Fault(FailureKind kind, String line, Throwable cause) {
        super(line, cause);
        this.kind = kind;
    }

    Fault(FailureKind kind, String line) {
        this(kind, line, null);
    }

    FailureKind kind() {
        return kind;
    }

    FillFailure failure() {
        return new FillFailure(kind.errno(), getMessage(), this);
    }
}
