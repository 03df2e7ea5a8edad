/*
 * tenants DIR BYSTANDER_MIB SHARD...: what else lives on a host that loads a model, and what it sees of the load. Takes
 * commands from stdin, a line each, and answers each with one line; ends with its stdin or its parent.
 *
 *   cold            drops the model's own pages, and fails when they do not go
 *   full MOST_MIB   fills memory with pages of a foreign file until the kernel begins to reclaim, or so much is resident
 *   counters        what /proc/vmstat has counted of reclaim and compaction since boot, one sum
 *   begin           from here on memory is looked at every 20 ms
 *   end             what happened since: KEY=VALUE ...; bytes, and events or pages of /proc/vmstat
 *
 * The foreign file is sparse and the bystander's is small, both without a name: nothing of them outlives this process. The
 * bystander reads its file every five seconds, so no kernel should take it. Shards are opened in access mode 3, for neither
 * reading nor writing: such a descriptor is no reader to a write lease, so the daemon does not wait for this one.
 */
#include "bench.h"
#include <poll.h>

enum {
    SAMPLE_MILLIS = 20,
    TOUCH_SECONDS = 5,
    FILL_BYTES = 8 * MIB,
    /*
     * Reclaimed during a fill before memory counts as full. kswapd takes some hundred MiB for lack of large blocks alone; at
     * a GiB MemFree has settled where it will stay.
     */
    RECLAIMED_WHEN_FULL = 1024 * MIB,
    MOST_SHARDS = 256,
};

/* "allocstall_" is the sum of all that begin so. */
static const char *const names[] = {"pgscan_kswapd",   "pgsteal_kswapd",  "pageoutrun",      "pgscan_direct",
                                    "allocstall_",     "pgscan_proactive", "compact_stall",  "pgsteal_direct",
                                    "pgsteal_proactive"};
enum { COUNTERS = sizeof names / sizeof *names, WATCHED = 7, STOLEN_BY_KSWAPD = 1, STOLEN_DIRECTLY = 7 };

static int shards[MOST_SHARDS], shardCount, foreign, bystander;
static long bystanderBytes, touchedNanos;

struct counters { long of[COUNTERS]; };

static struct {
    bool on;
    struct counters before;
    long foreignBytes, blockBytes, freeBytes, leastFreeBytes, mostResidentBytes, bystanderBytes, leastBystanderBytes, looks;
} window;

static struct counters count(void) {
    struct counters counters = {0};
    FILE *file = fopen("/proc/vmstat", "re");
    char name[64];
    long value;
    if (!file) fail("/proc/vmstat");
    while (fscanf(file, "%63s %ld", name, &value) == 2)
        for (int i = 0; i < COUNTERS; i++) {
            size_t length = strlen(names[i]);
            if (!strncmp(name, names[i], length) && (names[i][length - 1] == '_' || !name[length])) counters.of[i] += value;
        }
    fclose(file);
    return counters;
}

static long modelBytes(void) {
    long resident = 0;
    for (int i = 0; i < shardCount; i++) resident += residentBytes(shards[i]);
    return resident;
}

static void readThrough(int fd, long from, long length) {
    static char buffer[MIB];
    for (long at = from; at < from + length; at += MIB)
        if (pread(fd, buffer, MIB, at) < 0) fail("a tenant's file");
}

static void touchBystander(void) {
    readThrough(bystander, 0, bystanderBytes);
    touchedNanos = now();
}

static void cold(void) {
    long size = 0, left = 0;
    for (int i = 0; i < shardCount; i++) size += sizeOf(shards[i]);
    for (int tries = 0; tries < 30; tries++) {
        for (int i = 0; i < shardCount; i++) posix_fadvise(shards[i], 0, 0, POSIX_FADV_DONTNEED);
        if ((left = modelBytes()) * 200 <= size) break;
        pauseNanos(100000000);
    }
    if (left * 200 <= size) puts("cold");
    else printf("error: %ld MiB of the model stay resident\n", left / MIB);
}

/* Parts that are missing are read; where nothing is missing any more, the file is as large as it may be. */
static void fillUp(long most) {
    struct counters before = count();
    long size = meminfoBytes("MemTotal") / 4 * 5 / FILL_BYTES * FILL_BYTES, resident = 0;
    if (ftruncate(foreign, size)) fail("foreign file");
    for (long at = 0; at < size && resident < most; at += FILL_BYTES) {
        if (at % (16 * FILL_BYTES) == 0) resident = residentBytes(foreign); // what was read ahead counts too
        if (resident >= most || residentIn(foreign, at, FILL_BYTES) == FILL_BYTES) continue;
        readThrough(foreign, at, FILL_BYTES);
        struct counters counted = count();
        long stolen = counted.of[STOLEN_BY_KSWAPD] - before.of[STOLEN_BY_KSWAPD] + counted.of[STOLEN_DIRECTLY] -
                      before.of[STOLEN_DIRECTLY];
        if (stolen * PAGE_BYTES >= RECLAIMED_WHEN_FULL) break;
        if (now() - touchedNanos > TOUCH_SECONDS * 1000000000L) touchBystander();
    }
    printf("foreign %ld MiB, free %ld MiB\n", residentBytes(foreign) / MIB, meminfoBytes("MemFree") / MIB);
}

static void look(void) {
    long freeBytes = meminfoBytes("MemFree"), model = modelBytes(), hot = residentBytes(bystander);
    window.looks++;
    if (freeBytes < window.leastFreeBytes) window.leastFreeBytes = freeBytes;
    if (model > window.mostResidentBytes) window.mostResidentBytes = model;
    if (hot < window.leastBystanderBytes) window.leastBystanderBytes = hot;
}

static void begin(void) {
    touchBystander();
    window.on = true;
    window.foreignBytes = residentBytes(foreign);
    window.blockBytes = freeBlockBytes();
    window.freeBytes = window.leastFreeBytes = meminfoBytes("MemFree");
    window.mostResidentBytes = window.looks = 0;
    window.bystanderBytes = window.leastBystanderBytes = residentBytes(bystander);
    window.before = count();
    puts("begun");
}

static void end(void) {
    struct counters after = count();
    look();
    window.on = false;
    long sum = 0;
    for (int i = 0; i < COUNTERS; i++) {
        long change = after.of[i] - window.before.of[i];
        if (i < WATCHED) sum += change;
        int length = strlen(names[i]);
        printf("%.*s=%ld ", names[i][length - 1] == '_' ? length - 1 : length, names[i], change);
    }
    printf("reclaim=%ld free=%ld leastFree=%ld blocks=%ld mostResident=%ld foreignBefore=%ld foreignLost=%ld "
           "bystanderLost=%ld looks=%ld\n",
           sum, window.freeBytes, window.leastFreeBytes, window.blockBytes, window.mostResidentBytes, window.foreignBytes,
           window.foreignBytes - residentBytes(foreign), window.bystanderBytes - window.leastBystanderBytes, window.looks);
}

static void answer(char *line) {
    line[strcspn(line, "\n")] = 0;
    if (!strcmp(line, "cold")) cold();
    else if (!strncmp(line, "full ", 5)) fillUp(atol(line + 5) * MIB);
    else if (!strcmp(line, "begin")) begin();
    else if (!strcmp(line, "end") && window.on) end();
    else if (!strcmp(line, "counters")) {
        struct counters counters = count();
        long sum = 0;
        for (int i = 0; i < WATCHED; i++) sum += counters.of[i];
        printf("%ld\n", sum);
    } else printf("error: what is %s\n", line);
    fflush(stdout);
}

/* A look costs up to 2.5 ms of CPU a GiB of single pages: a pause four times as long keeps it under a fifth of one. */
static int untilNextLook(void) {
    clock_t start = clock();
    look();
    long millis = (clock() - start) * 4 / (CLOCKS_PER_SEC / 1000);
    return millis > SAMPLE_MILLIS ? (int)millis : SAMPLE_MILLIS;
}

static int unnamedFile(const char *folder) {
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) fail(folder);
    return fd;
}

int main(int argc, char **argv) {
    if (argc < 4 || argc - 3 > MOST_SHARDS) return fputs("usage: tenants DIR BYSTANDER_MIB SHARD...\n", stderr), 2;
    endWithParent();
    foreign = unnamedFile(argv[1]);
    bystander = unnamedFile(argv[1]);
    bystanderBytes = atol(argv[2]) * MIB;
    if (ftruncate(bystander, bystanderBytes)) fail("bystander");
    for (char **path = argv + 3; *path; path++)
        if ((shards[shardCount++] = open(*path, O_ACCMODE | O_CLOEXEC)) < 0) fail(*path);
    touchBystander();
    touchBystander(); // the second read is what makes its pages active ones
    puts("ready");
    fflush(stdout);
    struct pollfd commands = {.fd = STDIN_FILENO, .events = POLLIN};
    for (int wait = 0;;) {
        char line[128];
        int ready = poll(&commands, 1, window.on ? wait : 1000);
        if (ready > 0 && !fgets(line, sizeof line, stdin)) return 0;
        if (ready > 0) answer(line), wait = 0;
        else if (window.on) wait = untilNextLook();
        if (now() - touchedNanos > TOUCH_SECONDS * 1000000000L) touchBystander();
    }
}
