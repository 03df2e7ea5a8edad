/*
 * ballast FREE_MIB MOST_MIB [fragmented]: takes anonymous memory until FREE_MIB are free, at most MOST_MIB of it, prints
 * READY with what is free then, and holds it until SIGTERM or until its parent ends. At SIGUSR1 it takes or gives back what
 * has changed since, and prints READY again. "fragmented" leaves the free memory as scattered single pages, so that hardly a
 * block is left for large folios.
 *
 * The memory is locked, so that reclaim does not even look at it, and the process is the one the kernel kills first.
 */
#include "bench.h"

#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24 /* Linux 5.18 */
#endif

enum {
    CHUNK_MIB = 32,             /* MemFree is looked at this often on the way down */
    LEAST_FREE_MIB = 1024,      /* below it the kernel may kill the processes that are measured */
    MOST_CHUNKS = 1 << 16,      /* 2 TiB */
    SCATTERED_BLOCKS_MIB = 16,  /* few enough; without any block a huge page would start compaction */
};

static char *chunks[MOST_CHUNKS];
static int chunkCount;
static long heldMib;

static long freeMib(void) { return meminfoBytes("MemFree") / MIB; }
static long blocksMib(void) { return freeBlockBytes() / MIB; }

/* Memory that is there when this returns; NULL when the kernel has no more. */
static char *take(long mib, int advice) {
    char *memory = mmap(NULL, mib * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    madvise(memory, mib * MIB, advice);
    mlock2(memory, mib * MIB, MLOCK_ONFAULT);
    for (long at = 0; at < mib * MIB; at += PAGE_BYTES) memory[at] = 1;
    heldMib += mib;
    return memory;
}

static void fill(long freeWanted, long most, int advice) {
    while (chunkCount < MOST_CHUNKS) {
        long step = freeMib() - freeWanted;
        if (step > CHUNK_MIB) step = CHUNK_MIB;
        if (step > most - heldMib) step = most - heldMib;
        char *chunk = step > 0 ? take(step, advice) : NULL;
        if (!chunk) break;
        if (step == CHUNK_MIB) chunks[chunkCount++] = chunk;
    }
    while (freeMib() < freeWanted - CHUNK_MIB && chunkCount > 0) {
        munmap(chunks[--chunkCount], CHUNK_MIB * MIB);
        heldMib -= CHUNK_MIB;
    }
}

/*
 * Gives back every second page of a chunk, which frees memory that cannot merge, and takes 2 MiB blocks for it as long as
 * there are any: MemFree stays where it was.
 */
static void scatter(long freeWanted, long most) {
    static int next;
    for (; next < chunkCount && blocksMib() > SCATTERED_BLOCKS_MIB; next++) {
        for (long at = 0; at < CHUNK_MIB * MIB; at += 2 * PAGE_BYTES)
            if (madvise(chunks[next] + at, PAGE_BYTES, MADV_DONTNEED_LOCKED)) fail("MADV_DONTNEED_LOCKED");
        heldMib -= CHUNK_MIB / 2;
        while (blocksMib() > SCATTERED_BLOCKS_MIB && freeMib() >= freeWanted + 2 && heldMib + 2 <= most)
            if (!take(2, MADV_HUGEPAGE)) return;
    }
}

int main(int argc, char **argv) {
    bool fragmented = argc == 4 && !strcmp(argv[3], "fragmented");
    if (argc != 3 && !fragmented) return fputs("usage: ballast FREE_MIB MOST_MIB [fragmented]\n", stderr), 2;
    long freeWanted = atol(argv[1]), most = atol(argv[2]);
    endWithParent();
    if (freeWanted < LEAST_FREE_MIB) return fprintf(stderr, "ballast: leaves at least %d MiB\n", LEAST_FREE_MIB), 2;
    FILE *score = fopen("/proc/self/oom_score_adj", "we");
    if (!score || fputs("1000", score) < 0 || fclose(score)) fail("oom_score_adj");
    sigset_t again;
    sigemptyset(&again);
    sigaddset(&again, SIGUSR1);
    sigprocmask(SIG_BLOCK, &again, NULL);
    for (int signal;; sigwait(&again, &signal)) {
        long start = now();
        fill(freeWanted, most, fragmented ? MADV_NOHUGEPAGE : MADV_HUGEPAGE);
        if (fragmented) scatter(freeWanted, most);
        if (heldMib + CHUNK_MIB < most && freeMib() > freeWanted + 64)
            return fputs("ballast: the kernel gives no more memory\n", stderr), 1;
        printf("READY %ld MiB taken in %.0f s, %ld MiB free, %ld MiB of it in blocks of 2 MiB\n", heldMib,
               (now() - start) / 1e9, freeMib(), blocksMib());
        fflush(stdout);
    }
}
