package dev.nowake.agent.mirror.store;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Kernel;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One mirror's files. Opened, it has what an earlier daemon has left and shows it to nobody; {@link #expose} does, {@link
 * #sync} brings it in line with the remote. At an orderly stop {@link #conceal}, {@link #park} and {@link #close}, in this
 * order. Any thread.
 *
 * <p>What touches the remote waits for it the configured timeout at most, and leaves threads behind that wait longer: see
 * {@link RemoteCalls}.
 */
public final class Store implements AutoCloseable {
    private final Parts parts;
    private final StoreClaim claim;
    private final InstantSource clock;
    private final Exposure exposure;
    private final RemoteCalls calls;
    private final TreeFolders folders;
    private final Leaving leaving;
    private final FreshFiles fresh;
    private final Shaping shaping;
    private final TreeSync treeSync;
    private final ReentrantLock syncing = new ReentrantLock();
    private final String filesystem;
    private final List<String> toldAtStart;
    private final StoreState state;
    private final Looking looking;

    private Store(Parts parts, StoreClaim claim, InstantSource clock) throws IOException {
        this.parts = parts;
        this.claim = claim;
        this.clock = clock;
        this.exposure = new Exposure(parts.places());
        this.calls = new RemoteCalls(parts.settings().name(), parts.settings().timeout());
        this.folders = new TreeFolders(parts);
        this.leaving = new Leaving(parts);
        Removing removing = new Removing(parts, folders, leaving);
        this.fresh = new FreshFiles(parts);
        this.shaping = new Shaping(parts, fresh, folders, leaving, removing);
        this.treeSync = new TreeSync(parts, calls, shaping, removing, folders, leaving);
        this.filesystem = Files.getFileStore(parts.places().tree()).type();
        this.state = new StoreState(clock);
        this.looking = new Looking(parts, calls, treeSync, shaping, folders, state);
        fresh.removeAll();
        this.toldAtStart = new Opening(parts, folders, removing).takeOver();
    }

    /** As below, of a mirror nobody has claimed. */
    public static Store open(
            MirrorSettings settings,
            Path runFolder,
            Kernel kernel,
            Users users,
            TwinListener listener,
            InstantSource clock)
            throws IOException {
        return open(StoreClaim.take(settings, runFolder), kernel, users, listener, clock);
    }

    /**
     * Takes over what is there. The remote is not touched.
     *
     * @param claim closed with the store, or where this fails
     * @param users whether anybody else uses a file; {@code kernel.leases()::heldElsewhere} where that works
     * @param listener told of every file before this returns
     * @throws IOException with one line that says what to do
     */
    public static Store open(StoreClaim claim, Kernel kernel, Users users, TwinListener listener, InstantSource clock)
            throws IOException {
        try {
            Parts parts = new Parts(
                    claim.settings(), claim.places(), kernel, users, listener, new Twins(), new ReentrantLock());
            return new Store(parts, claim, clock);
        } catch (IOException | RuntimeException failed) {
            claim.close();
            throw failed;
        }
    }

    /**
     * The storage's tag of a remote file, as it is part of an identity; null where it has none or none is asked for. Waits for the
     * remote.
     */
    public static String etag(MirrorSettings settings, Path remote) throws IOException {
        return TwinRecord.etag(new RemoteFiles(settings.remote(), settings.etagAttribute()).etag(remote));
    }

    public MirrorSettings settings() {
        return parts.settings();
    }

    /** What loaders see, by its own name. */
    public Path tree() {
        return parts.places().tree();
    }

    /** The local filesystem's type, as {@code ext4}. */
    public String filesystem() {
        return filesystem;
    }

    /** The twin of a file, also of one whose name another has by now; empty for any other file. */
    public Optional<MirroredFile> twin(FileId id) {
        return Optional.ofNullable(parts.twins().by(id));
    }

    /** @param relative below the tree */
    public Optional<MirroredFile> twin(Path relative) {
        return Optional.ofNullable(parts.twins().at(relative));
    }

    /** Those in the tree, as they are at the moment of looking. */
    public Collection<MirroredFile> twins() {
        return parts.twins().named();
    }

    /** Sets the links: from now on loaders may come. Returns whether any was missing. */
    public boolean expose() throws IOException {
        return exposure.expose();
    }

    /** Takes the links. */
    public void conceal() throws IOException {
        exposure.conceal();
    }

    /**
     * Brings the tree in line with the remote. Blocks as long as the remote answers, one call at a time; throws nothing: what
     * failed is in the outcome.
     */
    public SyncOutcome sync() {
        syncing.lock();
        try {
            SyncOutcome outcome = treeSync.run();
            state.synced(outcome);
            return outcome;
        } finally {
            syncing.unlock();
        }
    }

    /** Asks the remote whether a twin's file is the one it was, and puts a fresh twin in its place where it is not. */
    public Sight look(Twin twin) {
        return looking.look(twin);
    }

    /**
     * Puts a file without a single byte in a twin's place; the old one's space is free when the last reader has closed it. Unlike
     * {@link Twin#clear} it takes nothing from whoever has the file open, or opens it meanwhile.
     *
     * @return the twin that has the name now
     * @throws IOException where that cannot be; then the twin is as it was
     */
    public MirroredFile evict(MirroredFile twin) throws IOException {
        return evict(twin, false);
    }

    /**
     * The same, unless somebody has the file open.
     *
     * @return the twin that has the name now; null where somebody has it open, and nothing has changed
     */
    public MirroredFile evictUnused(MirroredFile twin) throws IOException {
        return evict(twin, true);
    }

    private MirroredFile evict(MirroredFile twin, boolean unlessUsed) throws IOException {
        parts.tree().lock();
        try (Held parent = folders.at(twin.relative().getParent())) {
            return shaping.evict(parent, twin, unlessUsed);
        } finally {
            parts.tree().unlock();
        }
    }

    /** Lets replaced files go that nobody has open any more. {@link #sync} does too. */
    public void tidy() {
        parts.tree().lock();
        try {
            leaving.tidy();
        } finally {
            parts.tree().unlock();
        }
    }

    /**
     * Puts away every incomplete file, until the next opening, also those that somebody has open. Nothing may be filled any
     * more. Ends a {@link #sync} that is under way.
     */
    public Parked park() {
        calls.close();
        syncing.lock();
        parts.tree().lock();
        try {
            Parked parked = new Parking(parts, folders).park();
            List<Path> open = new ArrayList<>(parked.open());
            open.addAll(leaving.end());
            return new Parked(parked.failures(), open);
        } finally {
            parts.tree().unlock();
            syncing.unlock();
        }
    }

    /** Where {@link #park} has put files that somebody has open. */
    public Path openFolder() {
        return parts.places().open();
    }

    /** What the mirror's files may take of the local disk now. */
    public long budgetBytes() throws IOException {
        return StoreState.budgetBytes(
                parts.settings(), Files.getFileStore(parts.places().tree()), filledBytes());
    }

    private long filledBytes() {
        return parts.twins().named().stream()
                .mapToLong(MirroredFile::writtenBytes)
                .sum();
    }

    /** What came of the last look through the remote; null before the first. */
    public SyncOutcome lastLook() {
        return state.last();
    }

    /** Whether the remote answers. Never waits. */
    public RemoteState remote() {
        return state.remote();
    }

    /** How it stands. */
    public Stored stored() {
        parts.tree().lock();
        int left;
        try {
            left = leaving.size();
        } finally {
            parts.tree().unlock();
        }
        return state.stored(this, left, calls.leftBehind(), toldAtStart);
    }

    /** Lets another daemon have it. Links stay, and files are where they are: see {@link #conceal} and {@link #park}. */
    @Override
    public void close() throws IOException {
        calls.close();
        syncing.lock();
        parts.tree().lock();
        try {
            leaving.close();
            claim.close();
        } finally {
            parts.tree().unlock();
            syncing.unlock();
        }
    }
}
