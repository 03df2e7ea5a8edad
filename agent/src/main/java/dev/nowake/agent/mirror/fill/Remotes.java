package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.execute.PassingRead;
import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.mirror.Identity;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.io.IOException;
import java.util.Objects;

/** Opens remote files, and looks whether they are still the ones they were. For the streams; each call may wait for the remote. */
final class Remotes {
    private final OpenFiles open;
    private final FillSettings settings;
    private final Kernel kernel;
    private final Tags tags;

    Remotes(Shared shared) {
        this.open = shared.open;
        this.settings = shared.settings;
        this.kernel = shared.parts.kernel();
        this.tags = shared.parts.tags();
    }

    RemoteFile open(Fetch fetch) throws Fault, KernelException, Work.Abandoned {
        Twin twin = fetch.file().twin();
        OpenFile remote = null;
        try {
            boolean direct = settings.pastPageCache() && !open.isThroughCache(fetch.file());
            if (direct) {
                remote = openDirect(fetch, twin);
                direct = remote != null;
            }
            if (remote == null) {
                fetch.ask();
                remote = kernel.files().open(twin.remote());
            }
            fetch.ask();
            FileStatus status = kernel.files().status(remote);
            RemoteKind kind = RemoteKind.of(status.device());
            requireSame(fetch, status, kind);
            RemoteFile opened = new RemoteFile(remote, status, kind, direct ? null : passing(fetch, remote));
            remote = null;
            return opened;
        } finally {
            if (remote != null) {
                remote.close();
            }
        }
    }

    /** Of the very file that was looked at: its name may be another's by now. */
    private PassingRead passing(Fetch fetch, OpenFile remote) throws Fault, KernelException, Work.Abandoned {
        fetch.ask();
        try {
            return PassingRead.of(kernel, remote);
        } catch (KernelException refused) {
            throw refused;
        } catch (IOException refused) {
            String line = PathText.of(fetch.file().twin().remote()) + ": " + refused.getMessage();
            throw new Fault(FailureKind.REMOTE, line, refused);
        }
    }

    /** Null where the filesystem does not know such reads. */
    private OpenFile openDirect(Fetch fetch, Twin twin) throws KernelException, Work.Abandoned {
        try {
            fetch.ask();
            return kernel.bulkFiles().openDirect(twin.remote());
        } catch (KernelException refused) {
            if (refused.errno().equals(Errno.EINVAL) || refused.errno().equals(Errno.EOPNOTSUPP)) {
                return null;
            }
            throw refused;
        }
    }

    void requireSame(Fetch fetch, RemoteFile remote) throws Fault, KernelException, Work.Abandoned {
        fetch.ask();
        requireSame(fetch, kernel.files().status(remote.file()), remote.kind());
    }

    private void requireSame(Fetch fetch, FileStatus now, RemoteKind kind)
            throws Fault, KernelException, Work.Abandoned {
        Twin twin = fetch.file().twin();
        Identity identity = twin.identity();
        if (!now.isRegular() || now.sizeBytes() != identity.sizeBytes()) {
            throw changed(twin, "has " + now.sizeBytes() + " bytes, and had " + identity.sizeBytes());
        }
        if (now.mtimeNanos() != identity.mtimeNanos()) {
            throw changed(twin, "was written");
        }
        if (kind.inodesStay() && !open.isInode(fetch.file(), now.inode())) {
            throw changed(twin, "was replaced");
        }
        if (identity.etag() != null) {
            fetch.ask();
            String tag;
            try {
                tag = tags.of(twin.remote());
            } catch (IOException refused) {
                throw new Fault(
                        FailureKind.REMOTE, "the tag of " + PathText.of(twin.remote()) + ": " + refused, refused);
            }
            if (!Objects.equals(tag, identity.etag())) {
                throw changed(twin, "has another tag");
            }
        }
    }

    static Fault changed(Twin twin, String how) {
        return new Fault(
                FailureKind.CHANGED,
                PathText.of(twin.remote()) + " changed on the remote: it " + how
                        + "; what is there of the former one stays for those who have it open");
    }

    static Fault fault(Twin twin, KernelException refused) {
        Errno errno = refused.errno();
        FailureKind kind = errno.equals(Errno.ENOENT) || errno.equals(Errno.ENOTDIR)
                ? FailureKind.GONE
                : errno.equals(Errno.EACCES) || errno.equals(Errno.EPERM) ? FailureKind.DENIED : FailureKind.REMOTE;
        return new Fault(kind, PathText.of(twin.remote()) + ": " + refused.getMessage(), refused);
    }
}
