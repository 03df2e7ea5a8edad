package dev.nowake.kernel.proc;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Finds a few inodes among the mappings of many processes without making an object per line: a serving process has
 * thousands of mappings, a host thousands of processes. One instance per thread.
 */
final class MapsScan {
    /** One mapping of a wanted inode. */
    interface Hit {
        void found(long start, long end, long device, long inode);
    }

    /** Field numbers of a line: addresses, permissions, offset, device, inode, path. */
    private static final int ADDRESSES = 0;

    private static final int DEVICE = 3;
    private static final int INODE = 4;

    // A read of maps gives at most a page; beyond 8 KiB FileInputStream would allocate for every read.
    private final byte[] buffer = new byte[8192];
    private final long[] wanted;
    private final Hit hit;

    private int field;
    private long first;
    private long number;
    private long start;
    private long end;
    private long device;
    private boolean sound;

    MapsScan(long[] inodes, Hit hit) {
        this.wanted = inodes.clone();
        Arrays.sort(this.wanted);
        this.hit = hit;
    }

    void scan(Path maps) throws IOException {
        try (InputStream in = new FileInputStream(maps.toFile())) {
            beginLine();
            for (int length = in.read(buffer); length > 0; length = in.read(buffer)) {
                for (int i = 0; i < length; i++) {
                    take(buffer[i]);
                }
            }
            take((byte) '\n');
        }
    }

    private void take(byte next) {
        if (next == '\n') {
            if (field == INODE) {
                endField();
            }
            beginLine();
        } else if (field > INODE) {
            return;
        } else if (next == ' ') {
            endField();
        } else if (next == '-' && field == ADDRESSES || next == ':' && field == DEVICE) {
            first = number;
            number = 0;
        } else if (field == INODE) {
            digit(next, 10);
        } else if (field != 1) {
            digit(next, 16);
        }
    }

    private void digit(byte next, int base) {
        int digit = next < 0 ? -1 : Character.digit(next, base);
        sound &= digit >= 0;
        number = number * base + digit;
    }

    private void endField() {
        if (field == ADDRESSES) {
            start = first;
            end = number;
        } else if (field == DEVICE) {
            device = DeviceNumber.of(first, number);
        } else if (field == INODE && sound && Arrays.binarySearch(wanted, number) >= 0) {
            hit.found(start, end, device, number);
        }
        field++;
        first = 0;
        number = 0;
    }

    private void beginLine() {
        field = ADDRESSES;
        first = 0;
        number = 0;
        sound = true;
    }
}
