package dev.nowake.agent.stage;

import dev.nowake.kernel.Kernel;
import dev.nowake.model.RangeSet;
import java.io.IOException;

/** A file that is there already, by its size and time, and is only compared with its source. */
final class PresentFile extends FileUnderWay {
    private final DataChannel target;

    private PresentFile(StageFile file, DataSource source, DataChannel target) {
        super(file, source);
        this.target = target;
    }

    static PresentFile open(StageFile file, Kernel kernel) throws IOException {
        DataChannel target = DataChannel.read(file.target());
        try {
            return new PresentFile(file, DataSource.open(kernel, file.source()), target);
        } catch (IOException unreadable) {
            target.close();
            throw unreadable;
        }
    }

    @Override
    RangeSet missing() {
        return RangeSet.EMPTY;
    }

    @Override
    RangeSet unchecked() {
        return RangeSet.between(0, file.sizeBytes());
    }

    @Override
    DataChannel target() {
        return target;
    }

    /** Whose it is now is not known: it stays. */
    @Override
    void discard() {}

    @Override
    public void close() throws IOException {
        try {
            source.close();
        } finally {
            target.close();
        }
    }
}
