/*
 * The small programs that the benchmark scripts measure with, in one file: tools COMMAND ARGUMENT...
 */
#include "bench.h"
#include <pthread.h>
#include <sys/fanotify.h>
#include <sys/mount.h>
#include <sys/sendfile.h>

/* cold FILE...: nothing of the files is resident afterwards, or it fails. */
static int cold(char **files) {
    for (; *files; files++) {
        int fd = openFile(*files);
        for (int tries = 0; tries < 20; tries++) {
            fdatasync(fd);
            posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
            if (residentBytes(fd) * 200 <= sizeOf(fd)) break;
            pauseNanos(100000000);
            if (tries == 19) return fprintf(stderr, "tools: %s stays resident\n", *files), 1;
        }
        close(fd);
    }
    return 0;
}

/* resident FILE...: resident bytes of all together. */
static int resident(char **files) {
    long total = 0;
    for (; *files; files++) {
        int fd = openFile(*files);
        total += residentBytes(fd);
        close(fd);
    }
    printf("%ld\n", total);
    return 0;
}

/*
 * watch SECONDS FILE...: a line "nanos residentBytes" every 5 ms until the time is over.
 * Access mode 3 opens for neither reading nor writing: such a descriptor is no reader to a write lease, so a daemon
 * started afterwards does not wait for this one. cachestat takes it; mmap, and so mincore, would not.
 */
static int watch(char **words) {
    long end = now() + (long)(atof(words[0]) * 1e9);
    int fds[256], count = 0;
    for (char **file = words + 1; *file && count < 256; file++) {
        fds[count] = open(*file, O_ACCMODE | O_CLOEXEC);
        if (fds[count++] < 0) fail(*file);
    }
    while (now() < end) {
        long at = now(), total = 0;
        for (int i = 0; i < count; i++) total += residentBytes(fds[i]);
        printf("%ld %ld\n", at, total);
        fflush(stdout);
        pauseNanos(5000000);
    }
    return 0;
}

/* sendfile FILE: to /dev/null, one thread; prints seconds. */
static int sendAll(const char *path) {
    long start = now();
    int fd = openFile(path), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    for (ssize_t sent; (sent = sendfile(null, fd, NULL, 8 << 20)) != 0;)
        if (sent < 0) fail("sendfile");
    printf("%.6f\n", (now() - start) / 1e9);
    return 0;
}

static struct {
    char **files;
    int fileCount, readers;
} reading;

/* Reader n of N takes the n-th part of each file's list of equal slices, so that all files are read at once. */
static void *readSlice(void *number) {
    long reader = (long)number;
    int sliceCount = (reading.readers + reading.fileCount - 1) / reading.fileCount;
    char *buffer = aligned_alloc(4096, 1 << 20);
    for (long slice = reader; slice < (long)reading.fileCount * sliceCount; slice += reading.readers) {
        int fd = openFile(reading.files[slice % reading.fileCount]);
        long part = sizeOf(fd) / sliceCount / 4096 * 4096 + 4096, at = slice / reading.fileCount * part;
        for (long end = at + part; at < end;) {
            ssize_t got = pread(fd, buffer, end - at < 1 << 20 ? end - at : 1 << 20, at);
            if (got < 0) fail("pread");
            if (got == 0) break;
            at += got;
        }
        close(fd);
    }
    free(buffer);
    return NULL;
}

/* readers N FILE...: N threads read all files in 1 MiB requests; prints seconds. */
static int readers(char **words) {
    reading.readers = atoi(words[0]);
    reading.files = words + 1;
    while (reading.files[reading.fileCount]) reading.fileCount++;
    pthread_t threads[256];
    if (reading.readers < 1 || reading.readers > 256) return 2;
    long start = now();
    for (long i = 0; i < reading.readers; i++) pthread_create(&threads[i], NULL, readSlice, (void *)i);
    for (int i = 0; i < reading.readers; i++) pthread_join(threads[i], NULL);
    printf("%.6f\n", (now() - start) / 1e9);
    return 0;
}

/* open-each MILLIS FILE...: opens each file and keeps it for so long; prints "inode nanos" of each openat's return. */
static int openEach(char **words) {
    long keepNanos = atol(words[0]) * 1000000;
    for (char **file = words + 1; *file; file++) {
        struct stat status;
        int fd = open(*file, O_RDONLY | O_CLOEXEC);
        long returned = now();
        if (fd < 0 || fstat(fd, &status)) fail(*file);
        printf("%lu %ld\n", status.st_ino, returned);
        fflush(stdout);
        pauseNanos(keepNanos);
        close(fd);
        pauseNanos(keepNanos / 4);
    }
    return 0;
}

static int ascending(const void *a, const void *b) {
    long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

/* opens COUNT FILE: opens and closes the file so often; prints median, p99 and greatest nanoseconds of one open(). */
static int opens(char **words) {
    long count = atol(words[0]), *nanos = malloc(count * sizeof *nanos);
    for (long i = 0; i < count; i++) {
        long start = now();
        int fd = open(words[1], O_RDONLY | O_CLOEXEC);
        nanos[i] = now() - start;
        if (fd < 0) fail(words[1]);
        close(fd);
    }
    qsort(nanos, count, sizeof *nanos, ascending);
    printf("%ld %ld %ld\n", nanos[count / 2], nanos[count * 99 / 100], nanos[count - 1]);
    return 0;
}

/* hold BYTES: anonymous memory in single pages, touched and kept until killed; prints READY. */
_Noreturn static void hold(const char *bytes) {
    long size = atol(bytes);
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) fail("mmap");
    madvise(memory, size, MADV_NOHUGEPAGE);
    for (long at = 0; at < size; at += 4096) memory[at] = 1;
    puts("READY");
    fflush(stdout);
    for (;;) pause();
}

/*
 * fill FREE FILE...: reads files, sparse ones for choice, into page cache until so many bytes are free: once at most, so
 * that none is read while its own first pages are reclaimed. Prints what is free then.
 */
static long freeBytes(void) {
    char line[256];
    long kilobytes = 0;
    FILE *meminfo = fopen("/proc/meminfo", "r");
    while (meminfo && fgets(line, sizeof line, meminfo))
        if (sscanf(line, "MemFree: %ld", &kilobytes) == 1) break;
    if (meminfo) fclose(meminfo);
    return kilobytes * 1024;
}

static int fill(char **words) {
    long wanted = atol(words[0]);
    char *buffer = malloc(4 << 20);
    for (char **file = words + 1; *file && freeBytes() > wanted; file++) {
        int fd = openFile(*file);
        while (freeBytes() > wanted && read(fd, buffer, 4 << 20) > 0) {}
        close(fd);
    }
    free(buffer);
    printf("%ld\n", freeBytes());
    return 0;
}

/* As loaders read that copy weights to a device: 4 MiB at a time, file after file. Returns seconds. */
static double loadAll(char **files) {
    long start = now();
    char *buffer = aligned_alloc(4096, 4 << 20);
    for (; *files; files++) {
        int fd = openFile(*files);
        for (ssize_t got; (got = read(fd, buffer, 4 << 20)) != 0;)
            if (got < 0) fail(*files);
        close(fd);
    }
    free(buffer);
    return (now() - start) / 1e9;
}

/*
 * How many bytes of so many can be had at once in blocks of 2 MiB. Each block is touched at one byte: where the kernel has
 * a free block the touch takes all of it, and where it has none a single small page. What a touch may do to get a block is
 * /sys/kernel/mm/transparent_hugepage/defrag's to say; with "never" it takes what is free and nothing else, like a driver
 * that does not wait.
 */
static long takeBlocks(long size) {
    const long block = 2 << 20;
    char *all = mmap(NULL, size + block, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED) fail("mmap");
    char *first = (char *)(((unsigned long)all + block - 1) / block * block);
    if (madvise(first, size, MADV_HUGEPAGE)) fail("madvise");
    for (long at = 0; at < size; at += block) first[at] = 1;
    char line[256];
    long kilobytes = 0, got = 0;
    FILE *smaps = fopen("/proc/self/smaps_rollup", "r");
    while (smaps && fgets(line, sizeof line, smaps))
        if (sscanf(line, "AnonHugePages: %ld", &kilobytes) == 1) got = kilobytes * 1024;
    if (smaps) fclose(smaps);
    munmap(all, size + block);
    return got;
}

/* engine BYTES MILLIS FILE...: loads, waits, wants blocks; prints seconds of loading, then bytes it got in blocks. */
static int engine(char **words) {
    double seconds = loadAll(words + 2);
    pauseNanos(atol(words[1]) * 1000000);
    printf("%.3f %ld\n", seconds, takeBlocks(atol(words[0])));
    return 0;
}

/* sparse PAGES FILE: maps it and touches so many pages far from each other, as whoever wants a few tensors; prints seconds. */
static int sparse(char **words) {
    long pages = atol(words[0]);
    int fd = openFile(words[1]);
    long size = sizeOf(fd), start = now(), sum = 0;
    const char *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) fail("mmap");
    for (long i = 0; i < pages; i++) sum += *(volatile const char *)(data + (i * 37 % pages) * (size / pages));
    printf("%.6f\n", (now() - start) / 1e9 + 0 * sum);
    return 0;
}

static volatile sig_atomic_t stopped;
static void stop(int signal) { (void)signal, stopped = 1; }

/* listen FOLDER...: the least a fanotify listener can do; prints READY, and at SIGTERM events and overflows. */
static int listenTo(char **folders) {
    struct sigaction action = {.sa_handler = stop};  // no SA_RESTART: the read is to end
    sigaction(SIGTERM, &action, NULL);
    int group = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC, O_RDONLY | O_CLOEXEC | O_LARGEFILE);
    if (group < 0) fail("fanotify_init");
    for (; *folders; folders++)
        if (fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN | FAN_CLOSE | FAN_EVENT_ON_CHILD, AT_FDCWD, *folders))
            fail(*folders);
    puts("READY");
    fflush(stdout);
    long events = 0, overflows = 0;
    static char buffer[64 << 10] __attribute__((aligned(8)));
    while (!stopped) {
        ssize_t length = read(group, buffer, sizeof buffer);
        if (length < 0 && errno != EINTR) fail("read");
        struct fanotify_event_metadata *event = (void *)buffer;
        for (; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length)) {
            events++;
            overflows += (event->mask & FAN_Q_OVERFLOW) != 0;
            if (event->fd >= 0) close(event->fd);
        }
    }
    printf("%ld events, %ld overflows\n", events, overflows);
    return 0;
}

/*
 * touch: takes all free memory but 1 GiB, or half of what there is, and gives it back. A host that takes free memory back from its
 * guests gives it again page by page at the first touch, which costs more than what is to be measured (2 s/GB seen); and the pages
 * a program gets are not those that were given back last.
 */
static int touch(void) {
    long page = sysconf(_SC_PAGESIZE), available = sysconf(_SC_AVPHYS_PAGES) * page, gib = 1L << 30;
    long bytes = available > 2 * gib ? available - gib : available / 2;
    void *all = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (all == MAP_FAILED) fail("mmap");
    return munmap(all, bytes);
}

/* erofs IMAGE FOLDER [OPTIONS]: mounts the file itself, as mount(8) does from util-linux 2.41 on. */
static int mountImage(char **words) {
    if (mount(words[0], words[1], "erofs", MS_RDONLY | MS_NOSUID | MS_NODEV, words[2])) fail(words[0]);
    return 0;
}

int main(int argc, char **argv) {
    const char *command = argc > 1 ? argv[1] : "";
    char **words = argv + 2;
    int count = argc - 2;
    if (!strcmp(command, "now")) return printf("%ld\n", now()), 0;
    if (!strcmp(command, "cold") && count >= 1) return cold(words);
    if (!strcmp(command, "resident") && count >= 1) return resident(words);
    if (!strcmp(command, "watch") && count >= 2) return watch(words);
    if (!strcmp(command, "sendfile") && count == 1) return sendAll(words[0]);
    if (!strcmp(command, "readers") && count >= 2) return readers(words);
    if (!strcmp(command, "open-each") && count >= 2) return openEach(words);
    if (!strcmp(command, "opens") && count == 2) return opens(words);
    if (!strcmp(command, "hold") && count == 1) hold(words[0]);
    if (!strcmp(command, "fill") && count >= 2) return fill(words);
    if (!strcmp(command, "engine") && count >= 3) return engine(words);
    if (!strcmp(command, "sparse") && count == 2) return sparse(words);
    if (!strcmp(command, "listen") && count >= 1) return listenTo(words);
    if (!strcmp(command, "touch") && count == 0) return touch();
    if (!strcmp(command, "erofs") && count >= 2) return mountImage(words);
    fputs("usage: tools now | cold FILE... | resident FILE... | watch SECONDS FILE... | sendfile FILE |\n"
          "       readers N FILE... | open-each MILLIS FILE... | opens COUNT FILE | listen FOLDER... |\n"
          "       hold BYTES | fill FREE FILE... | engine BYTES MILLIS FILE... |\n"
          "       sparse PAGES FILE | touch |\n"
          "       erofs IMAGE FOLDER [OPTIONS]\n",
          stderr);
    return 2;
}
