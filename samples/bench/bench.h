/*
 * What the benchmarks' programs share. Times are CLOCK_MONOTONIC in nanoseconds, the clock of the tracing instance and of
 * Java's System.nanoTime. Any error ends the program with one line on stderr: a benchmark measures all of it or nothing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PAGE_BYTES = 4096, MIB = 1 << 20 };

static inline long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static inline void pauseNanos(long nanos) {
    struct timespec t = {nanos / 1000000000L, nanos % 1000000000L};
    nanosleep(&t, NULL);
}

static inline void fail(const char *what) {
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
    exit(1);
}

/* Ends with the script that started it, however that ended. */
static inline void endWithParent(void) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static inline int openFile(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail(path);
    return fd;
}

static inline long sizeOf(int fd) {
    struct stat status;
    if (fstat(fd, &status)) fail("fstat");
    return status.st_size;
}

/* Of a range; length 0 = to the end. cachestat (451, Linux 6.5), else mincore through a mapping of our own. */
static inline long residentIn(int fd, long offset, long length) {
    struct { unsigned long offset, length; } range = {offset, length};
    struct { unsigned long cached, dirty, writeback, evicted, recentlyEvicted; } counts;
    if (syscall(451, fd, &range, &counts, 0) == 0) return counts.cached * PAGE_BYTES;
    if (length == 0) length = sizeOf(fd) - offset;
    long pages = (length + PAGE_BYTES - 1) / PAGE_BYTES, resident = 0;
    if (pages <= 0) return 0;
    void *map = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, offset);
    unsigned char *bits = malloc(pages);
    if (map == MAP_FAILED || !bits || mincore(map, length, bits)) fail("mincore");
    for (long i = 0; i < pages; i++) resident += bits[i] & 1;
    munmap(map, length);
    free(bits);
    return resident * PAGE_BYTES;
}

static inline long residentBytes(int fd) { return residentIn(fd, 0, 0); }

/* Of /proc/meminfo. */
static inline long meminfoBytes(const char *key) {
    FILE *file = fopen("/proc/meminfo", "re");
    char line[128];
    long kibibytes = -1;
    size_t length = strlen(key);
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, key, length) && line[length] == ':') kibibytes = atol(line + length + 1);
    if (file) fclose(file);
    if (kibibytes < 0) fail("/proc/meminfo");
    return kibibytes * 1024;
}

/* Free memory in blocks of 2 MiB (order 9) and more, over all zones: what large folios are made of. */
static inline long freeBlockBytes(void) {
    FILE *file = fopen("/proc/buddyinfo", "re");
    char line[512];
    long pages = 0;
    if (!file) fail("/proc/buddyinfo");
    while (fgets(line, sizeof line, file)) {
        char zone[32];
        int used;
        if (sscanf(line, "Node %*d, zone %31s%n", zone, &used) != 1) continue;
        char *at = line + used;
        for (int order = 0;; order++) {
            char *end;
            long blocks = strtol(at, &end, 10);
            if (end == at) break;
            if (order >= 9) pages += blocks << order;
            at = end;
        }
    }
    fclose(file);
    return pages * PAGE_BYTES;
}
