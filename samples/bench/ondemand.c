/*
 * ondemand IMAGE FILE ORIGINAL FOLDER: can an EROFS image be filled while it is read, as its fscache back end let it be?
 * IMAGE, whole, holds FILE (a path in it), which has ORIGINAL's content; FOLDER is where a sparse copy of IMAGE is made and
 * mounted, in mounts of this process's own. A listener process has FAN_PRE_ACCESS (fanotify(7), Linux 6.14+) on the copy and fills what is asked for
 * before it lets the access go on. Prints what raises events, what a reader gets, and what it gets without the listener.
 */
#include "bench.h"
#include <sched.h>
#include <stdint.h>
#include <sys/fanotify.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/wait.h>

#ifndef FAN_PRE_ACCESS
#define FAN_PRE_ACCESS 0x00100000
#endif
enum { RANGE_RECORD = 6, FILL_BYTES = 1 << 20, POPULATE_READ = 22, MOST_METADATA = 4096 };

/* What the listener has seen, in memory of both processes. */
static struct {
    volatile long events, bytes, ofReader, filled;
    volatile int reader;
} *seen;

struct range {
    struct fanotify_event_info_header header;
    uint32_t pad;
    uint64_t offset, count;
};

static char image[4096], mountPoint[4096], file[8192];
static const char *whole;
static int listener;

static void fillRange(int copy, int source, uint64_t offset, uint64_t count) {
    static char block[FILL_BYTES];
    static bool filled[1 << 16]; /* what is there already need not be told from holes: it is written again */
    for (uint64_t number = offset / FILL_BYTES; number * FILL_BYTES < offset + count; number++) {
        if (number < sizeof filled && filled[number]) continue;
        ssize_t got = pread(source, block, FILL_BYTES, number * FILL_BYTES);
        if (got < 0 || pwrite(copy, block, got, number * FILL_BYTES) != got) fail("fill");
        if (number < sizeof filled) filled[number] = true;
        seen->filled += got;
    }
}

static void listenAndFill(int ready) {
    int group = fanotify_init(FAN_CLASS_PRE_CONTENT | FAN_CLOEXEC, O_RDWR | O_LARGEFILE | O_CLOEXEC);
    if (group < 0) fail("fanotify_init(FAN_CLASS_PRE_CONTENT)");
    if (fanotify_mark(group, FAN_MARK_ADD, FAN_PRE_ACCESS, AT_FDCWD, image)) fail("FAN_PRE_ACCESS on the image");
    int source = openFile(whole);
    if (write(ready, "r", 1) != 1) fail("ready");
    static char buffer[64 << 10] __attribute__((aligned(8)));
    for (;;) {
        ssize_t length = read(group, buffer, sizeof buffer);
        if (length < 0) fail("read events");
        struct fanotify_event_metadata *event = (void *)buffer;
        for (; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length)) {
            char *record = (char *)event + event->metadata_len, *end = (char *)event + event->event_len;
            for (; record < end; record += ((struct fanotify_event_info_header *)record)->len) {
                struct range *range = (void *)record;
                if (range->header.info_type != RANGE_RECORD) continue;
                fillRange(event->fd, source, range->offset, range->count ? range->count : 1);
                seen->bytes += range->count;
            }
            seen->events++;
            seen->ofReader += event->pid == seen->reader;
            struct fanotify_response answer = {event->fd, FAN_ALLOW};
            if (write(group, &answer, sizeof answer) != sizeof answer) fail("answer");
            close(event->fd);
        }
    }
}

static void startListener(void) {
    int ready[2];
    char word;
    if (pipe(ready)) fail("pipe");
    if ((listener = fork()) == 0) {
        close(ready[0]);
        endWithParent();
        listenAndFill(ready[1]);
    }
    close(ready[1]);
    if (read(ready[0], &word, 1) != 1) exit(1); /* it has said why */
    close(ready[0]);
}

static void stopListener(void) {
    kill(listener, SIGKILL);
    waitpid(listener, NULL, 0);
}

static void drop(const char *path) {
    int fd = openFile(path);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
}

static long metadata[MOST_METADATA];
static int metadataPages;

/* What mounting and listing a cold image brings into its page cache: reading these raises no event. */
static void findMetadata(void) {
    int fd = openFile(whole);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    if (mount(whole, mountPoint, "erofs", MS_RDONLY, "")) fail("mount the image's file");
    struct stat status;
    if (stat(file, &status)) fail(file);
    for (long at = 0; at < sizeOf(fd); at += FILL_BYTES) {
        for (long page = at; residentIn(fd, at, FILL_BYTES) && page < at + FILL_BYTES; page += PAGE_BYTES)
            if (residentIn(fd, page, PAGE_BYTES) && metadataPages < MOST_METADATA) metadata[metadataPages++] = page;
    }
    close(fd);
    if (umount(mountPoint)) fail("umount");
    printf("%d pages are read without an event: they have to be there first\n", metadataPages);
}

/* A copy of which nothing but those pages is there. */
static void hollow(void) {
    char page[PAGE_BYTES];
    int source = openFile(whole), copy = open(image, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (copy < 0 || ftruncate(copy, sizeOf(source))) fail(image);
    for (int i = 0; i < metadataPages; i++) {
        ssize_t got = pread(source, page, PAGE_BYTES, metadata[i]);
        if (got < 0 || pwrite(copy, page, got, metadata[i]) != got) fail(image);
    }
    if (fsync(copy)) fail(image);
    close(source);
    close(copy);
    drop(image);
    seen->events = seen->bytes = seen->ofReader = seen->filled = 0;
}

static void mountCopy(const char *options) {
    if (mount(image, mountPoint, "erofs", MS_RDONLY, options)) fail("mount the image's file");
}

static void row(const char *what) {
    printf("| %s | %ld | %ld | %ld |\n", what, seen->events, seen->ofReader,
           seen->events ? seen->bytes / seen->events / 1024 : 0);
    seen->events = seen->bytes = seen->ofReader = 0;
    drop(file);
    drop(image);
}

static void whatRaisesEvents(const char *options) {
    hollow();
    startListener();
    mountCopy(options);
    printf("\n| mounted as a file%s%s: 4 MiB by | events | of the reader's pid | KiB each |\n|---|---:|---:|---:|\n",
           *options ? ", " : "", options);
    row("mount, list, stat");
    char *buffer = malloc(4 * MIB);
    int fd = openFile(file), null = open("/dev/null", O_WRONLY);
    if (pread(fd, buffer, 4 * MIB, 0) < 0) fail("pread");
    row("pread");
    volatile char *data = mmap(NULL, 4 * MIB, PROT_READ, MAP_SHARED, fd, 0);
    row("mmap alone");
    for (long at = 0; at < 4 * MIB; at += PAGE_BYTES) (void)data[at];
    munmap((void *)data, 4 * MIB);
    row("page faults");
    data = mmap(NULL, 4 * MIB, PROT_READ, MAP_SHARED, fd, 0);
    if (madvise((void *)data, 4 * MIB, POPULATE_READ)) fail("MADV_POPULATE_READ");
    munmap((void *)data, 4 * MIB);
    row("MADV_POPULATE_READ");
    readahead(fd, 0, 4 * MIB);
    pauseNanos(300000000);
    row("readahead (cut to the window)");
    off_t from = 0;
    if (sendfile(null, fd, &from, 4 * MIB) < 0) fail("sendfile");
    row("sendfile");
    close(fd);
    close(null);
    free(buffer);
    if (umount(mountPoint)) fail("umount");
    stopListener();
}

static int same(const char *a, const char *b) {
    static char left[1 << 20], right[1 << 20];
    int x = openFile(a), y = openFile(b), equal = 1;
    for (ssize_t got = 1; equal && got > 0;) {
        got = read(x, left, sizeof left);
        if (got < 0) fail(a);
        ssize_t other = 0;
        while (other < got) {
            ssize_t more = read(y, right + other, got - other);
            if (more <= 0) break;
            other += more;
        }
        equal = got == other && !memcmp(left, right, got);
    }
    close(x);
    close(y);
    return equal;
}

static void whatAReaderGets(const char *compare) {
    hollow();
    startListener();
    mountCopy("");
    printf("\nfilled while it is read: %s", same(file, compare) ? "the right bytes" : "wrong bytes");
    printf(", %ld events for %ld MiB\n", seen->events, seen->filled >> 20);
    umount(mountPoint);
    stopListener();

    hollow();
    startListener();
    mountCopy("");
    stopListener();
    printf("the listener is dead: %s\n", same(file, compare) ? "the right bytes" : "wrong bytes, and no error");
    startListener();
    printf("a new one, same mount, pages still there: %s\n", same(file, compare) ? "the right bytes" : "wrong bytes, still");
    drop(file);
    printf("a new one, pages dropped: %s\n", same(file, compare) ? "the right bytes" : "wrong bytes");
    umount(mountPoint);
    stopListener();

    hollow();
    mountCopy("");
    startListener();
    bool right = same(file, compare);
    printf("marked after the mount: %s, %ld events\n", right ? "the right bytes" : "wrong bytes, and no error", seen->events);
    umount(mountPoint);
    stopListener();
}

static void throughALoopDevice(const char *compare) {
    char command[8300], device[64] = "";
    hollow();
    startListener();
    snprintf(command, sizeof command, "losetup -r -f --show '%s'", image);
    FILE *made = popen(command, "r");
    if (!made || fscanf(made, "%63s", device) != 1 || pclose(made)) fail("losetup");
    if (mount(device, mountPoint, "erofs", MS_RDONLY, "")) fail(device);
    bool right = same(file, compare);
    printf("through a loop device: %s, %ld events\n", right ? "the right bytes" : "wrong bytes, and no error", seen->events);
    umount(mountPoint);
    snprintf(command, sizeof command, "losetup -d %s", device);
    if (system(command)) fail(command);
    stopListener();
}

int main(int argc, char **argv) {
    if (argc != 5) return fputs("usage: ondemand IMAGE FILE ORIGINAL FOLDER\n", stderr), 2;
    whole = argv[1];
    setbuf(stdout, NULL);
    if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL)) fail("mounts of one's own");
    seen = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    seen->reader = getpid();
    snprintf(image, sizeof image, "%s/copy.erofs", argv[4]);
    snprintf(mountPoint, sizeof mountPoint, "%s/mount", argv[4]);
    snprintf(file, sizeof file, "%s/%s", mountPoint, argv[2]);
    if (mkdir(mountPoint, 0700) && errno != EEXIST) fail(mountPoint);
    findMetadata();
    whatRaisesEvents("");
    whatRaisesEvents("directio");
    whatAReaderGets(argv[3]);
    throughALoopDevice(argv[3]);
    rmdir(mountPoint);
    unlink(image);
    return 0;
}
