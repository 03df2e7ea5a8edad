/*
 * What mirror.sh measures the mirror against: mirror pull|reads ...
 *
 *   pull STREAMS PIECE_MIB FOLDER FILE...   so many threads read the files with O_DIRECT, piece after piece of all of them, and
 *                                           write them through page cache into FOLDER ("-": nowhere); prints seconds. The
 *                                           least that a filler does: it remembers nothing, and nobody waits for it.
 *   reads COUNT MIB FILE                    so many preads of 1 MiB within the file's first MIB; prints microseconds of one,
 *                                           median and mean
 */
#include "bench.h"
#include <pthread.h>
#include <stdatomic.h>

static struct {
    int in[256], out[256], files;
    long sizes[256], pieceBytes;
    atomic_long next;
} pulling;

static void *pullPieces(void *unused) {
    char *buffer = aligned_alloc(PAGE_BYTES, pulling.pieceBytes);
    for (;;) {
        long piece = atomic_fetch_add(&pulling.next, 1), at;
        int file = 0;
        for (; file < pulling.files; file++) {
            long pieces = (pulling.sizes[file] + pulling.pieceBytes - 1) / pulling.pieceBytes;
            if (piece < pieces) break;
            piece -= pieces;
        }
        if (file == pulling.files) break;
        at = piece * pulling.pieceBytes;
        ssize_t got = pread(pulling.in[file], buffer, pulling.pieceBytes, at);
        if (got < pulling.pieceBytes && at + got < pulling.sizes[file]) fail("pread");
        if (pulling.out[file] >= 0 && pwrite(pulling.out[file], buffer, got, at) != got) fail("pwrite");
    }
    free(buffer);
    return unused;
}

static int pull(int count, char **words) {
    int streams = atoi(words[0]);
    const char *folder = words[2];
    pthread_t threads[256];
    long start = now();
    if (streams < 1 || streams > 256 || count > 259) return 2;
    pulling.pieceBytes = atol(words[1]) * MIB;
    for (char **file = words + 3; *file; file++) {
        int at = pulling.files++;
        char path[4096];
        pulling.in[at] = open(*file, O_RDONLY | O_DIRECT | O_CLOEXEC);
        if (pulling.in[at] < 0) fail(*file);
        pulling.sizes[at] = sizeOf(pulling.in[at]);
        snprintf(path, sizeof path, "%s/%s", folder, strrchr(*file, '/') + 1);
        pulling.out[at] = strcmp(folder, "-") ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644) : -1;
        if (strcmp(folder, "-") && (pulling.out[at] < 0 || ftruncate(pulling.out[at], pulling.sizes[at]))) fail(path);
    }
    for (int i = 0; i < streams; i++) pthread_create(&threads[i], NULL, pullPieces, NULL);
    for (int i = 0; i < streams; i++) pthread_join(threads[i], NULL);
    printf("%.6f\n", (now() - start) / 1e9);
    return 0;
}

static int ascending(const void *a, const void *b) {
    long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

static int reads(char **words) {
    long count = atol(words[0]), mib = atol(words[1]), *nanos = malloc(count * sizeof *nanos), all = 0;
    char *buffer = aligned_alloc(PAGE_BYTES, MIB);
    int fd = openFile(words[2]);
    memset(buffer, 1, MIB);
    for (long i = -mib; i < count; i++) { /* once through it before */
        long start = now(), at = (i + mib) % mib * MIB;
        if (pread(fd, buffer, MIB, at) != MIB) fail(words[2]);
        if (i >= 0) all += nanos[i] = now() - start;
    }
    qsort(nanos, count, sizeof *nanos, ascending);
    printf("%.3f %.3f\n", nanos[count / 2] / 1e3, all / 1e3 / count);
    return 0;
}

int main(int argc, char **argv) {
    endWithParent();
    if (argc > 5 && !strcmp(argv[1], "pull")) return pull(argc - 2, argv + 2);
    if (argc == 5 && !strcmp(argv[1], "reads")) return reads(argv + 2);
    fputs("usage: mirror pull STREAMS PIECE_MIB FOLDER FILE... | reads COUNT MIB FILE\n", stderr);
    return 2;
}
