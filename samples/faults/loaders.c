/*
 * loaders make FILE BYTES SEED          writes a file whose every word tells its place: no piece of it looks like another
 * loaders load SECONDS PROCESSES DIR    so many processes load files at random from below DIR, in every way there is, and
 *                                       look at every word
 *
 * Files below DIR are named SEED.bin; copies are made, without a name, in the folder LOADERS_COPIES, or /tmp. Ends after so many seconds, or on SIGTERM, with the loads under way. Prints one line of
 * JSON: loads, words that were wrong, calls that failed by errno, names that were not there, and the longest load.
 */
#include "../bench/bench.h"
#include <dirent.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/wait.h>

enum { BLOCK = 1 << 20, FILES = 4096, ERRNOS = 135 };

enum way { READ, RANDOM, MAPPED, WINDOWS, SENDFILE, COPY, DIRECT, ADVISED, WAYS };
static const char *const names[] = {"read", "random", "mapped", "windows", "sendfile", "copy", "direct", "advised"};

static struct counts {
    _Atomic long loads[WAYS], wrong, absent, again, failed[ERRNOS], longestMillis;
} *counts;

static volatile sig_atomic_t stopped;
static void stop(int signal) { (void)signal, stopped = 1; }

/* splitmix64 of the place */
static uint64_t word(uint64_t seed, uint64_t at) {
    uint64_t z = seed * 0x9e3779b97f4a7c15u + at + 1;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) | 1;
}

static uint64_t state;
static uint64_t random64(void) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state;
}

static int make(const char *path, long bytes, uint64_t seed) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    static uint64_t words[BLOCK / 8];
    if (fd < 0) fail(path);
    for (long at = 0; at < bytes; at += BLOCK) {
        for (int i = 0; i < BLOCK / 8; i++) words[i] = word(seed, at / 8 + i);
        long length = bytes - at < BLOCK ? bytes - at : BLOCK;
        if (write(fd, words, length) != length) fail(path);
    }
    return close(fd);
}

struct load {
    const char *path;
    enum way way;
    uint64_t seed;
    int fd;
    long size;
};

static void look(const struct load *load, const char *data, long bytes, long at) {
    for (long i = 0; i < bytes; i += 8) {
        uint64_t right = word(load->seed, (at + i) / 8), there = 0;
        long length = bytes - i < 8 ? bytes - i : 8;
        memcpy(&there, data + i, length);
        if (length < 8) right &= (1ull << 8 * length) - 1;
        if (there != right) {
            if (atomic_fetch_add(&counts->wrong, 1) < 20)
                fprintf(stderr, "loaders: wrong: %s by %s at %ld of %ld: %016lx instead of %016lx\n", load->path,
                        names[load->way], at + i, load->size, there, right);
            return;
        }
    }
}

static bool failed(const struct load *load, const char *call, long at) {
    if (atomic_fetch_add(&counts->failed[errno < ERRNOS ? errno : 0], 1) < 5)
        fprintf(stderr, "loaders: %s by %s at %ld: %s: %s\n", load->path, names[load->way], at, call, strerror(errno));
    return false;
}

static char *buffer;
static const char *copies = "/tmp";

static bool byRead(const struct load *load, int fd, long *at) {
    for (ssize_t got; (got = read(fd, buffer, BLOCK)) != 0; *at += got) {
        if (got < 0) return failed(load, "read", *at);
        look(load, buffer, got, *at);
    }
    return true;
}

static bool whole(const struct load *load, int fd) {
    long at = 0;
    if (!byRead(load, fd, &at)) return false;
    if (at == load->size) return true;
    fprintf(stderr, "loaders: wrong: %s by %s ends at %ld of %ld\n", load->path, names[load->way], at, load->size);
    atomic_fetch_add(&counts->wrong, 1);
    return true;
}

static bool byRandom(const struct load *load) {
    enum { SMALL = 64 << 10 };
    long blocks = (load->size + SMALL - 1) / SMALL, step = 7919;
    for (long i = 0, at = random64() % blocks; i < blocks; i++, at = (at + step) % blocks) {
        ssize_t got = pread(load->fd, buffer, SMALL, at * SMALL);
        if (got < 0) return failed(load, "pread", at * SMALL);
        look(load, buffer, got, at * SMALL);
    }
    return true;
}

static bool byMapping(const struct load *load, long window) {
    for (long at = 0; at < load->size; at += window) {
        long length = load->size - at < window ? load->size - at : window;
        char *data = mmap(NULL, length, PROT_READ, MAP_PRIVATE, load->fd, at);
        if (data == MAP_FAILED) return failed(load, "mmap", at);
        look(load, data, length, at);
        munmap(data, length);
    }
    return true;
}

/* Into memory, and from there. */
static bool bySendfile(const struct load *load) {
    int memory = memfd_create("loaders", MFD_CLOEXEC);
    if (memory < 0) fail("memfd_create");
    bool done = true;
    for (long at = 0; at < load->size;) {
        ssize_t sent = sendfile(memory, load->fd, NULL, BLOCK);
        if (sent <= 0) {
            done = failed(load, "sendfile", at);
            break;
        }
        at += sent;
    }
    lseek(memory, 0, SEEK_SET);
    done = done && whole(load, memory);
    close(memory);
    return done;
}

/* As cp does it: the kernel copies, and of a file with fewer blocks than it needs holes are left out. */
static bool byCopy(const struct load *load) {
    struct stat status;
    int copy = open(copies, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    if (copy < 0 || fstat(load->fd, &status)) fail(copies);
    bool sparse = status.st_blocks < load->size / 512, done = ftruncate(copy, load->size) == 0;
    for (long at = 0, data; done && at < load->size;) {
        data = sparse ? lseek(load->fd, at, SEEK_DATA) : at;
        if (data < 0) break;
        long end = sparse ? lseek(load->fd, data, SEEK_HOLE) : load->size;
        for (off_t from = data, to = data; done && from < end;)
            if (copy_file_range(load->fd, &from, copy, &to, end - from, 0) <= 0) done = failed(load, "copy", from);
        at = end;
    }
    lseek(copy, 0, SEEK_SET);
    done = done && whole(load, copy);
    close(copy);
    return done;
}

static bool loadFile(struct load *load) {
    load->fd = open(load->path, O_RDONLY | O_CLOEXEC | (load->way == DIRECT ? O_DIRECT : 0));
    if (load->fd < 0) {
        if (errno == ENOENT || errno == EAGAIN) {
            atomic_fetch_add(errno == ENOENT ? &counts->absent : &counts->again, 1);
            return false;
        }
        return failed(load, "open", 0);
    }
    load->size = sizeOf(load->fd);
    bool done = false;
    switch (load->way) {
        case ADVISED: posix_fadvise(load->fd, 0, 0, POSIX_FADV_WILLNEED); /* fall through */
        case READ:
        case DIRECT: done = whole(load, load->fd); break;
        case RANDOM: done = byRandom(load); break;
        case MAPPED: done = byMapping(load, load->size); break;
        case WINDOWS: done = byMapping(load, 2 * BLOCK); break;
        case SENDFILE: done = bySendfile(load); break;
        case COPY: done = byCopy(load); break;
        default: break;
    }
    close(load->fd);
    return done;
}

static char *found[FILES];
static int files;

static void find(const char *folder, int levels) {
    DIR *stream = opendir(folder);
    if (!stream) return;
    for (struct dirent *entry; (entry = readdir(stream)) && files < FILES;) {
        char path[PATH_MAX];
        if (entry->d_name[0] == '.' || snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= PATH_MAX) continue;
        if (strstr(entry->d_name, ".bin")) found[files++] = strdup(path);
        else if (levels > 0) find(path, levels - 1);
    }
    closedir(stream);
}

static void loader(const char *folder, long end) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = stop, .sa_flags = SA_RESTART}, NULL); // the load under way is finished
    state = 88172645463325252u ^ ((uint64_t)getpid() << 20);
    buffer = aligned_alloc(4096, BLOCK);
    while (!stopped && now() < end) {
        for (int i = 0; i < files; i++) free(found[i]);
        files = 0;
        find(folder, 3);
        if (files == 0) {
            atomic_fetch_add(&counts->absent, 1);
            usleep(20000);
            continue;
        }
        const char *path = found[random64() % files], *last = strrchr(path, '/') + 1;
        struct load load = {.path = path, .way = random64() % WAYS, .seed = strtoull(last, NULL, 10)};
        long began = now();
        if (loadFile(&load)) atomic_fetch_add(&counts->loads[load.way], 1);
        else usleep(20000);
        long took = (now() - began) / 1000000, most = atomic_load(&counts->longestMillis);
        while (took > most && !atomic_compare_exchange_weak(&counts->longestMillis, &most, took)) {
        }
    }
    exit(0);
}

static int load(double seconds, int processes, const char *folder) {
    long end = now() + (long)(seconds * 1e9), all = 0, errors = 0;
    int ended = 0;
    for (int i = 0; i < processes; i++) {
        pid_t child = fork();
        if (child < 0) fail("fork");
        if (child == 0) loader(folder, end);
    }
    while (ended < processes) {
        if (stopped == 1) stopped = 2, kill(0, SIGTERM);
        if (wait(NULL) > 0) ended++;
    }
    printf("{");
    for (int i = 0; i < WAYS; i++) printf("\"%s\":%ld,", names[i], counts->loads[i]), all += counts->loads[i];
    for (int i = 0; i < ERRNOS; i++)
        if (counts->failed[i]) printf("\"%s\":%ld,", strerrorname_np(i), counts->failed[i]), errors += counts->failed[i];
    printf("\"loads\":%ld,\"wrong\":%ld,\"errors\":%ld,\"absent\":%ld,\"again\":%ld,\"longestMillis\":%ld}\n", all,
           counts->wrong, errors, counts->absent, counts->again, counts->longestMillis);
    return 0;
}

int main(int argc, char **argv) {
    counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct sigaction ends = {.sa_handler = stop}; // no SA_RESTART: wait(2) is to return
    sigaction(SIGTERM, &ends, NULL);
    if (argc == 5 && !strcmp(argv[1], "make")) return make(argv[2], atol(argv[3]), strtoull(argv[4], NULL, 10));
    if (argc == 5 && !strcmp(argv[1], "load")) {
        if (getenv("LOADERS_COPIES")) copies = getenv("LOADERS_COPIES");
        setpgid(0, 0); // its own end is told to its children alone
        return load(atof(argv[2]), atoi(argv[3]), argv[4]);
    }
    fputs("usage: loaders make FILE BYTES SEED | loaders load SECONDS PROCESSES DIR\n", stderr);
    return 2;
}
