/*
 * loader HOW [--pace BYTES_PER_SECOND] [--across] FILE...: loads a model as a program does that knows of no prefetching, and
 * prints one line of JSON when all of it is closed and unmapped.
 *
 *   read    read() of 4 MiB, shard after shard
 *   mmap    each shard mapped, touched from its start to its end, unmapped
 *   random  each shard mapped, touched piece by piece (64 KiB to 64 MiB, as tensors are) in shuffled order
 *
 * --across shuffles the pieces of all shards, which are mapped all the time then. The checksum takes in a word of each page
 * and where it lay: it is the same for each way to load the same bytes. readBytes is what the kernel says this process had
 * read from storage.
 */
#include "bench.h"
#include <stdint.h>

enum { BLOCK_BYTES = 4 * MIB, SMALLEST_SHIFT = 16, SHIFTS = 10 };

struct piece {
    const char *data;
    long bytes, page; /* of the whole model, the piece's first */
};

static uint64_t checksum, randomState = 1;
static long bytesRead, bytesPerSecond, startNanos;

/* splitmix64: the same order in every run. */
static uint64_t nextRandom(void) {
    uint64_t z = (randomState += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static void touch(const char *data, long bytes, long page) {
    for (long at = 0; at < bytes; at += PAGE_BYTES, page++) {
        uint64_t word = 0;
        memcpy(&word, data + at, bytes - at < 8 ? bytes - at : 8);
        checksum += word * (2 * (uint64_t)page + 1);
    }
    bytesRead += bytes;
}

static void keepPace(void) {
    if (bytesPerSecond == 0) return;
    long due = startNanos + (long)(bytesRead * 1e9 / bytesPerSecond), wait = due - now();
    if (wait > 0) pauseNanos(wait);
}

static void touchPaced(struct piece piece) {
    for (long at = 0; at < piece.bytes; at += BLOCK_BYTES) {
        long bytes = piece.bytes - at < BLOCK_BYTES ? piece.bytes - at : BLOCK_BYTES;
        touch(piece.data + at, bytes, piece.page + at / PAGE_BYTES);
        keepPace();
    }
}

static void readShard(int fd, long page) {
    static char *buffer;
    if (!buffer && !(buffer = aligned_alloc(PAGE_BYTES, BLOCK_BYTES))) fail("buffer");
    for (;;) {
        long filled = 0;
        for (ssize_t got = 1; filled < BLOCK_BYTES && got > 0; filled += got)
            if ((got = read(fd, buffer + filled, BLOCK_BYTES - filled)) < 0) fail("read");
        if (filled == 0) return;
        touch(buffer, filled, page);
        page += BLOCK_BYTES / PAGE_BYTES;
        keepPace();
    }
}

static struct piece mapShard(int fd, long bytes, long page) {
    const char *data = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) fail("mmap");
    return (struct piece){data, bytes, page};
}

static void cut(struct piece whole, struct piece **pieces, long *count) {
    for (long at = 0; at < whole.bytes;) {
        long least = 1L << (SMALLEST_SHIFT + nextRandom() % SHIFTS);
        long bytes = least + (long)(nextRandom() % least) / PAGE_BYTES * PAGE_BYTES;
        if (bytes > whole.bytes - at) bytes = whole.bytes - at;
        *pieces = realloc(*pieces, (*count + 1) * sizeof **pieces);
        if (!*pieces) fail("pieces");
        (*pieces)[(*count)++] = (struct piece){whole.data + at, bytes, whole.page + at / PAGE_BYTES};
        at += bytes;
    }
}

static void touchShuffled(struct piece *pieces, long count) {
    for (long i = count - 1; i > 0; i--) {
        long other = nextRandom() % (i + 1);
        struct piece swapped = pieces[i];
        pieces[i] = pieces[other];
        pieces[other] = swapped;
    }
    for (long i = 0; i < count; i++) touchPaced(pieces[i]);
}

static void load(char **files, bool mapped, bool shuffled, bool across) {
    struct piece *pieces = NULL, whole[256];
    long count = 0, page = 0;
    int shards = 0;
    for (; files[shards] && shards < 256; shards++) {
        int fd = openFile(files[shards]);
        long bytes = sizeOf(fd);
        if (!mapped) readShard(fd, page);
        if (mapped) whole[shards] = mapShard(fd, bytes, page);
        close(fd);
        page += (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
        if (shuffled) cut(whole[shards], &pieces, &count);
        if (!mapped || across) continue;
        if (shuffled) touchShuffled(pieces, count);
        else touchPaced(whole[shards]);
        count = 0;
        munmap((void *)whole[shards].data, bytes);
    }
    if (!across) return;
    touchShuffled(pieces, count);
    for (int i = 0; i < shards; i++) munmap((void *)whole[i].data, whole[i].bytes);
}

/* From storage, by /proc/self/io; -1 where the kernel does not count. */
static long storageBytes(void) {
    FILE *file = fopen("/proc/self/io", "re");
    char line[128];
    long bytes = -1;
    while (file && fgets(line, sizeof line, file)) sscanf(line, "read_bytes: %ld", &bytes);
    if (file) fclose(file);
    return bytes;
}

int main(int argc, char **argv) {
    const char *how = argc > 1 ? argv[1] : "";
    char **words = argv + 2;
    bool across = false, shuffled = !strcmp(how, "random"), mapped = shuffled || !strcmp(how, "mmap");
    for (; argc > 2 && *words && !strncmp(*words, "--", 2); words++) {
        if (!strcmp(*words, "--across") && shuffled) across = true;
        else if (!strcmp(*words, "--pace") && words[1]) bytesPerSecond = atol(*++words);
        else break;
    }
    if ((!mapped && strcmp(how, "read")) || !*words || **words == '-')
        return fputs("usage: loader read|mmap|random [--pace BYTES_PER_SECOND] [--across] FILE...\n", stderr), 2;
    endWithParent();
    startNanos = now();
    load(words, mapped, shuffled, across);
    double seconds = (now() - startNanos) / 1e9, cpuSeconds = (double)clock() / CLOCKS_PER_SEC;
    printf("{\"how\":\"%s\",\"seconds\":%.6f,\"bytes\":%ld,\"gbPerSecond\":%.4f,\"cpuSeconds\":%.4f,\"readBytes\":%ld,"
           "\"checksum\":\"%016lx\"}\n",
           how, seconds, bytesRead, bytesRead / 1e9 / seconds, cpuSeconds, storageBytes(), checksum);
    return 0;
}
