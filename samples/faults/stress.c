/*
 * stress load HOW SECONDS FILE...     loads the files in a row, cold each time, for so long, at least once
 * stress storm THREADS COUNT FILE...  opens and closes them COUNT times in all, as fast as it can
 * stress crowd PROCESSES FILE...      so many processes one after the other, each opens and closes each of them once: as many
 *                                     events that do not merge
 *
 * HOW is read or mmap. On SIGTERM it ends after the load under way, or at once. Prints one line of JSON when it has ended: how many
 * loads, the checksum of the first and how many had another one; and how long its open(2) calls took, in nanoseconds: those of
 * loads less what they waited for a CPU, which is the host's doing and would be all there is to see on a busy one.
 */
#include "../bench/bench.h"
#include <pthread.h>
#include <stdint.h>
#include <sys/wait.h>

enum { BLOCK_BYTES = 1 * MIB, BUCKETS = 64 * 16, SLOW_NANOS = 10 * 1000 * 1000 };

/* Buckets of a sixteenth of a power of two: what is read from them is right to 6 %. */
struct times {
    long counts[BUCKETS], all, slow, longest;
};

static int bucketOf(long nanos) {
    if (nanos < 16) return nanos < 0 ? 0 : nanos;
    int power = 63 - __builtin_clzl(nanos);
    return (power - 3) * 16 + (int)((nanos >> (power - 4)) & 15);
}

static long bucketEnd(int bucket) {
    if (bucket < 16) return bucket;
    int power = bucket / 16 + 3;
    return ((16L + bucket % 16 + 1) << (power - 4)) - 1;
}

static volatile sig_atomic_t stopped;
static void stop(int signal) { (void)signal, stopped = 1; }

static int schedstat = -1;

/* How long this thread has waited for a CPU until now, in nanoseconds: the second word of proc_pid_schedstat(5). */
static long waitedForCpu(void) {
    char text[96];
    ssize_t length = schedstat < 0 ? 0 : pread(schedstat, text, sizeof text - 1, 0);
    long ran, waited;
    if (length <= 0) return 0;
    text[length] = 0;
    return sscanf(text, "%ld %ld", &ran, &waited) == 2 ? waited : 0;
}

static int timedOpen(const char *path, struct times *times) {
    long waited = waitedForCpu();
    long started = now();
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    long took = now() - started;
    waited = waitedForCpu() - waited;
    took = took > waited ? took - waited : 0;
    if (fd < 0 && errno != ENOENT) fail(path);
    times->counts[bucketOf(took)]++;
    times->all++;
    times->slow += took > SLOW_NANOS;
    if (took > times->longest) times->longest = took;
    return fd;
}

static long percentile(const struct times *times, double share) {
    long wanted = (long)(times->all * share), seen = 0;
    for (int i = 0; i < BUCKETS; i++)
        if ((seen += times->counts[i]) > wanted) return bucketEnd(i) < times->longest ? bucketEnd(i) : times->longest;
    return times->longest;
}

static void printTimes(const struct times *times) {
    printf("\"opens\":%ld,\"open50\":%ld,\"open99\":%ld,\"open999\":%ld,\"openMost\":%ld,\"over10ms\":%ld}\n", times->all,
           percentile(times, 0.5), percentile(times, 0.99), percentile(times, 0.999), times->longest, times->slow);
}

static uint64_t sum(const char *data, long bytes, uint64_t from) {
    uint64_t word;
    for (; bytes >= 8; bytes -= 8, data += 8) {
        memcpy(&word, data, 8);
        from = (from << 1 | from >> 63) ^ word;
    }
    for (; bytes > 0; bytes--) from = (from << 1 | from >> 63) ^ (unsigned char)*data++;
    return from;
}

static uint64_t loadOne(int fd, bool mapped, uint64_t from) {
    static char buffer[BLOCK_BYTES];
    if (mapped) {
        long size = sizeOf(fd);
        char *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (data == MAP_FAILED) fail("mmap");
        from = sum(data, size, from);
        munmap(data, size);
        return from;
    }
    for (;;) {
        ssize_t got = read(fd, buffer, BLOCK_BYTES);
        if (got < 0) fail("read");
        if (got == 0) return from;
        from = sum(buffer, got, from);
    }
}

static int load(bool mapped, double seconds, char **files) {
    struct times times = {0};
    long loads = 0, wrong = 0, end = now() + (long)(seconds * 1e9);
    uint64_t first = 0;
    schedstat = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    do {
        uint64_t checksum = 0;
        for (char **file = files; *file; file++) {
            int fd = openFile(*file);
            posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
            close(fd);
        }
        for (char **file = files; *file; file++) {
            int fd = timedOpen(*file, &times);
            if (fd < 0) fail(*file);
            checksum = loadOne(fd, mapped, checksum);
            close(fd);
        }
        if (loads++ == 0) first = checksum;
        else wrong += checksum != first;
    } while (now() < end && !stopped);
    printf("{\"loads\":%ld,\"checksum\":\"%016lx\",\"wrong\":%ld,", loads, first, wrong);
    printTimes(&times);
    return 0;
}

static struct {
    char **files;
    long opens;
} stormy;

static void *opener(void *into) {
    struct times *times = into;
    char **file = stormy.files;
    for (long i = 0; i < stormy.opens && !stopped; i++) {
        int fd = timedOpen(*file, times);
        if (fd >= 0) close(fd);
        if (!*++file) file = stormy.files;
    }
    return NULL;
}

static int storm(int threads, long count, char **files) {
    pthread_t ids[threads];
    struct times *each = calloc(threads, sizeof *each), all = {0};
    if (!each) fail("calloc");
    stormy.files = files;
    stormy.opens = count / threads;
    long started = now();
    for (int i = 0; i < threads; i++)
        if ((errno = pthread_create(&ids[i], NULL, opener, &each[i]))) fail("pthread_create");
    for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
    double seconds = (now() - started) / 1e9;
    for (int i = 0; i < threads; i++) {
        for (int b = 0; b < BUCKETS; b++) all.counts[b] += each[i].counts[b];
        all.all += each[i].all;
        all.slow += each[i].slow;
        if (each[i].longest > all.longest) all.longest = each[i].longest;
    }
    printf("{\"seconds\":%.2f,", seconds);
    printTimes(&all);
    return 0;
}

static int crowd(int processes, char **files) {
    for (int i = 0; i < processes; i++) {
        pid_t child = fork();
        if (child < 0) fail("fork");
        if (child == 0) {
            for (char **file = files; *file; file++) close(openFile(*file));
            _exit(0);
        }
        int status;
        if (waitpid(child, &status, 0) != child || status) fail("waitpid");
    }
    printf("{}\n");
    return 0;
}

int main(int argc, char **argv) {
    endWithParent();
    signal(SIGTERM, stop);
    if (argc >= 5 && !strcmp(argv[1], "load")) return load(!strcmp(argv[2], "mmap"), atof(argv[3]), argv + 4);
    if (argc >= 5 && !strcmp(argv[1], "storm")) return storm(atoi(argv[2]), atol(argv[3]), argv + 4);
    if (argc >= 4 && !strcmp(argv[1], "crowd")) return crowd(atoi(argv[2]), argv + 3);
    fprintf(stderr, "usage: stress load read|mmap SECONDS FILE... | storm THREADS COUNT FILE... | crowd PROCESSES FILE...\n");
    return 2;
}
