package dev.nowake.agent.mirror.gate;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.PermissionGroup;
import dev.nowake.kernel.PermissionGroup.Request;
import dev.nowake.model.ByteRange;

/** What of a file a question is about. */
final class Wanted {
    private Wanted() {}

    /**
     * Null for nothing of it. An open asks for all; so does a clone (FICLONE), whose length of 0 means to the end, and whatever
     * the kernel tells no range of.
     */
    static ByteRange of(Twin twin, Request request) {
        long size = twin.identity().sizeBytes();
        if (request.mask() == PermissionGroup.OPEN) {
            return size == 0 ? null : new ByteRange(0, size);
        }
        long start = Math.max(0, request.offsetBytes());
        long wanted = request.lengthBytes();
        long end = wanted <= 0 || wanted > size - start ? size : start + wanted;
        return end <= start ? null : new ByteRange(start, end);
    }
}
