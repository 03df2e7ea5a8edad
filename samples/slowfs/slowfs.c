/*
 * slowfs: a read-only view of a folder through FUSE that is as slow as network storage.
 *
 * Each read request first takes its turn on one link shared by all (the bandwidth), then travels for a fixed time
 * (the latency) beside the others: one sequential reader is ruled by the latency, many parallel ones reach the
 * bandwidth. The folder's own files should be resident, or the disk below is measured too.
 *
 * After --fail-after requests each further one fails with EIO.
 *
 * After SIGUSR1 it hangs: read requests stay unanswered, those under way too, until SIGUSR2. Opens and lookups go on.
 *
 * Attributes are remembered for --attr-seconds, as network filesystems do: a change of the folder's files below is seen that
 * late.
 *
 * Inode numbers are those of the files below. Single requests are at most 1 MiB, as FUSE has it by default.
 */
#define _GNU_SOURCE
#define FUSE_USE_VERSION 312
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

static struct {
    int folder;            // fd of the folder shown
    long latencyMicros;    // of each read request
    long bytesPerSecond;   // of all together; 0 = no cap
    int parallel;          // requests served at once
    int maxBackground;     // of them read-ahead, as the kernel may have under way; 0 = as many as are served
    long failAfter;        // read requests that are answered; 0 = all
    long blockBytes;       // what statfs says, as NFS says its request size; 0 = what the folder's filesystem says
    long attrSeconds;      // for which the kernel remembers attributes and names
    bool keepCache;        // false: every open drops the file's page cache, as libfuse does unless told otherwise
    bool background;       // return when mounted
    int ready;             // where READY goes
} options = {.latencyMicros = 2000, .parallel = 64, .attrSeconds = 60, .keepCache = true, .ready = STDOUT_FILENO};

static atomic_bool hanging;
static _Atomic long linkFreeNanos, requests, bytesServed, inFlight, mostInFlight;

static long monotonicNanos(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000L + now.tv_nsec;
}

/* Returns when a request for this many bytes, made now, would have been answered by the far end. */
static void travel(size_t bytes) {
    long now = monotonicNanos(), done = now;
    if (options.bytesPerSecond > 0) {
        long costNanos = (long)(bytes * 1e9 / options.bytesPerSecond);
        long freeNanos = atomic_load(&linkFreeNanos);
        do {
            done = (freeNanos > now ? freeNanos : now) + costNanos;
        } while (!atomic_compare_exchange_weak(&linkFreeNanos, &freeNanos, done));
    }
    done += options.latencyMicros * 1000;
    struct timespec until = {done / 1000000000L, done % 1000000000L};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
    }
}

/* Looks every 10 ms: a hang lasts seconds. */
static void waitWhileHanging(void) {
    struct timespec pause = {0, 10000000};
    while (atomic_load(&hanging)) nanosleep(&pause, NULL);
}

static void hangOrAnswer(int signal) { atomic_store(&hanging, signal == SIGUSR1); }

/* Paths arrive as "/a/b"; the folder is not left: the kernel resolves "..", and links are given out unread. */
static const char *below(const char *path) { return path[1] ? path + 1 : "."; }

static int slowGetattr(const char *path, struct stat *status, struct fuse_file_info *info) {
    (void)info;
    return fstatat(options.folder, below(path), status, AT_SYMLINK_NOFOLLOW) ? -errno : 0;
}

static int slowReadlink(const char *path, char *target, size_t size) {
    ssize_t length = readlinkat(options.folder, below(path), target, size - 1);
    if (length < 0) return -errno;
    target[length] = 0;
    return 0;
}

static int slowReaddir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
                       struct fuse_file_info *info, enum fuse_readdir_flags flags) {
    (void)offset, (void)info, (void)flags;
    int fd = openat(options.folder, below(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (!stream) {
        int error = errno;
        if (fd >= 0) close(fd);
        return -error;
    }
    for (struct dirent *entry; (entry = readdir(stream));) {
        struct stat status = {.st_ino = entry->d_ino, .st_mode = (mode_t)entry->d_type << 12};
        if (fill(buffer, entry->d_name, &status, 0, 0)) break;
    }
    closedir(stream);
    return 0;
}

static int slowOpen(const char *path, struct fuse_file_info *info) {
    if ((info->flags & O_ACCMODE) != O_RDONLY) return -EROFS;
    int fd = openat(options.folder, below(path), O_RDONLY | O_CLOEXEC | O_NOATIME);
    if (fd < 0 && errno == EPERM) fd = openat(options.folder, below(path), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    info->fh = fd;
    info->keep_cache = options.keepCache;
    return 0;
}

/*
 * The bytes are taken from the file below when the answer goes out, not when the request comes: what the far end does is not
 * this machine's work in the measurements, and so the second copy, into the reader's pages, finds them in the processor's cache.
 */
static int slowRead(const char *path, struct fuse_bufvec **answer, size_t size, off_t offset, struct fuse_file_info *info) {
    (void)path;
    long now = atomic_fetch_add(&inFlight, 1) + 1, most = atomic_load(&mostInFlight);
    while (now > most && !atomic_compare_exchange_weak(&mostInFlight, &most, now)) {
    }
    bool broken = options.failAfter > 0 && atomic_load(&requests) >= options.failAfter;
    struct stat status;
    long left = broken || fstat((int)info->fh, &status) ? 0 : status.st_size - offset;
    travel(left <= 0 ? 0 : left < (long)size ? (size_t)left : size);
    waitWhileHanging();
    struct fuse_bufvec *buffer = calloc(1, sizeof *buffer); // libfuse frees both
    char *bytes = malloc(size);
    ssize_t got = broken ? (errno = EIO, -1) : buffer && bytes ? pread((int)info->fh, bytes, size, offset) : -1;
    int error = errno;
    atomic_fetch_sub(&inFlight, 1);
    atomic_fetch_add(&requests, 1);
    if (got < 0) {
        free(buffer);
        free(bytes);
        return -error;
    }
    *buffer = FUSE_BUFVEC_INIT((size_t)got);
    buffer->buf[0].mem = bytes;
    *answer = buffer;
    atomic_fetch_add(&bytesServed, got);
    return 0;
}

static int slowRelease(const char *path, struct fuse_file_info *info) {
    (void)path;
    close((int)info->fh);
    return 0;
}

static int slowStatfs(const char *path, struct statvfs *status) {
    (void)path;
    if (fstatvfs(options.folder, status)) return -errno;
    if (options.blockBytes > 0) status->f_bsize = status->f_frsize = options.blockBytes;
    return 0;
}

static void *slowInit(struct fuse_conn_info *connection, struct fuse_config *config) {
    config->use_ino = 1;
    config->kernel_cache = options.keepCache;
    config->attr_timeout = config->entry_timeout = options.attrSeconds;
    int background = options.maxBackground ? options.maxBackground : options.parallel;
    connection->max_background = background;
    connection->congestion_threshold = options.maxBackground ? background * 3 / 4 : background;
    dprintf(options.ready, "READY\n");
    return NULL;
}

static const struct fuse_operations operations = {
    .init = slowInit,
    .getattr = slowGetattr,
    .readlink = slowReadlink,
    .readdir = slowReaddir,
    .open = slowOpen,
    .read_buf = slowRead,
    .release = slowRelease,
    .statfs = slowStatfs,
};

static void fail(const char *what) {
    fprintf(stderr, "slowfs: %s: %s\n", what, strerror(errno));
    exit(1);
}

static long number(const char *text) {
    char *unit;
    long value = strtol(text, &unit, 10);
    if (value < 0 || unit == text || strlen(unit) > 1 || !strchr("KMG", *unit)) {
        fprintf(stderr, "slowfs: %s is not a number\n", text);
        exit(2);
    }
    switch (*unit) {
        case 'K': return value * 1000;
        case 'M': return value * 1000000;
        case 'G': return value * 1000000000;
        default: return value;
    }
}

/* The parent prints READY when the child has answered the kernel's first request, or fails with it. */
static void goToBackground(void) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) fail("pipe");
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        setsid();
        close(ends[0]);
        options.ready = ends[1];
        return;
    }
    close(ends[1]);
    char word[8];
    ssize_t length = read(ends[0], word, sizeof word);
    if (length > 0) printf("READY pid %d\n", child);
    fflush(stdout);
    _exit(length > 0 ? 0 : 1);
}

static void usage(void) {
    fputs("usage: slowfs [--latency-us 2000] [--bandwidth BYTES_PER_SECOND] [--parallel 64] [--max-background N]\n"
          "              [--no-keep-cache] [--fail-after REQUESTS] [--block-size BYTES]\n"
          "              [--attr-seconds 60] [--background] FOLDER MOUNTPOINT\n"
          "Numbers may end in K, M or G (powers of 1000). Prints READY when mounted; SIGTERM unmounts.\n"
          "SIGUSR1: answer no read request any more; SIGUSR2: answer them all.\n",
          stderr);
    exit(2);
}

static void parse(int argc, char **argv) {
    static const struct option known[] = {{"latency-us", required_argument, NULL, 'l'},
                                          {"bandwidth", required_argument, NULL, 'b'},
                                          {"parallel", required_argument, NULL, 'p'},
                                          {"max-background", required_argument, NULL, 'm'},
                                          {"no-keep-cache", no_argument, NULL, 'n'},
                                          {"fail-after", required_argument, NULL, 'f'},
                                          {"block-size", required_argument, NULL, 's'},
                                          {"attr-seconds", required_argument, NULL, 'a'},
                                          {"background", no_argument, NULL, 'd'},
                                          {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (option) {
            case 'l': options.latencyMicros = number(optarg); break;
            case 'b': options.bytesPerSecond = number(optarg); break;
            case 'p': options.parallel = (int)number(optarg); break;
            case 'm': options.maxBackground = (int)number(optarg); break;
            case 'f': options.failAfter = number(optarg); break;
            case 's': options.blockBytes = number(optarg); break;
            case 'n': options.keepCache = false; break;
            case 'a': options.attrSeconds = number(optarg); break;
            case 'd': options.background = true; break;
            default: usage();
        }
    }
    if (argc - optind != 2 || options.parallel < 1) usage();
}

int main(int argc, char **argv) {
    parse(argc, argv);
    // Answers' buffers come from one heap that is never given back: few pages, the last used first.
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    char *mountpoint = realpath(argv[optind + 1], NULL);
    if (!mountpoint) fail(argv[optind + 1]);
    options.folder = open(argv[optind], O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (options.folder < 0) fail(argv[optind]);
    if (options.background) goToBackground();

    char *words[] = {argv[0], "-o", "ro,allow_other,fsname=slowfs,subtype=slowfs", NULL};
    struct fuse_args args = FUSE_ARGS_INIT(3, words);
    struct fuse *fuse = fuse_new(&args, &operations, sizeof operations, NULL);
    if (!fuse || fuse_mount(fuse, mountpoint)) return 1;
    struct fuse_session *session = fuse_get_session(fuse);
    fuse_set_signal_handlers(session);
    signal(SIGUSR1, hangOrAnswer);
    signal(SIGUSR2, hangOrAnswer);
    struct fuse_loop_config *loop = fuse_loop_cfg_create();
    // Two more than requests: a lookup must not wait behind reads.
    fuse_loop_cfg_set_max_threads(loop, options.parallel + 2);
    fuse_loop_cfg_set_idle_threads(loop, options.parallel + 2);
    int rc = fuse_loop_mt(fuse, loop);
    fuse_unmount(fuse);
    fprintf(stderr, "slowfs: %ld read requests, %ld bytes, at most %ld at once\n", requests, bytesServed, mostInFlight);
    return rc < 0 ? 1 : 0;
}
