package dev.nowake.agent.daemon;

import static dev.nowake.kernel.FileEvent.CLOSE_NOWRITE;
import static dev.nowake.kernel.FileEvent.CLOSE_WRITE;
import static dev.nowake.kernel.FileEvent.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.listen.FileClaims;
import dev.nowake.agent.listen.Sighting;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    private static final FileId FILE = new FileId(1, 2);

    private final FileClaims claims = new FileClaims();
    private final Counters counters = new Counters();
    private final Arrivals arrivals = new Arrivals(claims, counters);

    private Arrivals.Added add(FileId id, long mask, int pid, OpenFile file) {
        return arrivals.add(new Sighting(id, mask, pid, file, null, null, 0));
    }

    private List<String> taken(FileId id) {
        List<String> taken = new ArrayList<>();
        arrivals.take(
                id,
                each -> taken.add(each.pid() + ":" + Long.toHexString(each.mask())
                        + (each.file() == null ? "" : " with a descriptor")));
        return taken;
    }

    @Test
    void whatHappenedToAFileMeanwhileIsToldOnceOpensFirst() {
        assertThat(add(FILE, OPEN, 10, null)).isEqualTo(Arrivals.Added.FIRST);
        assertThat(add(FILE, CLOSE_NOWRITE, 10, null)).isEqualTo(Arrivals.Added.MERGED);
        add(FILE, OPEN, 11, null);
        add(FILE, OPEN, 10, null);
        add(FILE, CLOSE_WRITE, 12, null);
        assertThat(taken(FILE)).containsExactly("10:20", "11:20", "12:18");
        assertThat(taken(FILE)).isEmpty();
        assertThat(counters.get(Counter.EVENTS_COALESCED)).isEqualTo(4);
        assertThat(add(FILE, OPEN, 10, null)).isEqualTo(Arrivals.Added.FIRST);
    }

    /** An open that waits is not made later by the close that comes after it. */
    @Test
    void anOpenIsAsOldAsTheLastOpen() {
        long[] masks = {OPEN, OPEN, CLOSE_NOWRITE};
        for (int i = 0; i < masks.length; i++) {
            arrivals.add(new Sighting(FILE, masks[i], 10, null, null, null, 100 + i));
        }
        List<Long> times = new ArrayList<>();
        arrivals.take(FILE, each -> times.add(each.atNanos()));
        assertThat(times).containsExactly(101L, 102L);
    }

    @Test
    void aCloseAloneStaysOne() {
        add(FILE, CLOSE_NOWRITE, 7, null);
        assertThat(taken(FILE)).containsExactly("7:10");
    }

    /** A descriptor that came with a later event is not lost, and there is never more than one. */
    @Test
    void theDescriptorGoesWithTheFirst() {
        OpenFile one = new OpenFile(3, fd -> {});
        OpenFile other = new OpenFile(4, fd -> {});
        add(FILE, OPEN, 1, null);
        add(FILE, OPEN, 2, one);
        add(FILE, CLOSE_NOWRITE, 2, other);
        assertThat(other.isClosed()).isTrue();
        assertThat(taken(FILE)).containsExactly("1:20 with a descriptor", "2:20", "2:10");
        assertThat(one.isClosed()).isFalse();
    }

    @Test
    void moreFilesThanCanBeLookedAtAreLostAndTold() {
        int files = 0;
        while (add(new FileId(1, files), OPEN, 1, null) == Arrivals.Added.FIRST) {
            files++;
        }
        assertThat(files).isEqualTo(65_536);
        claims.claim(new FileId(1, files));
        assertThat(add(new FileId(1, files), OPEN, 1, null)).isEqualTo(Arrivals.Added.LOST);
        assertThat(add(new FileId(1, 0), CLOSE_NOWRITE, 1, null)).isEqualTo(Arrivals.Added.MERGED);
        assertThat(counters.get(Counter.OVERFLOWS)).isEqualTo(2);
        taken(new FileId(1, 0));
        assertThat(add(new FileId(1, files), OPEN, 1, null)).isEqualTo(Arrivals.Added.FIRST);
    }
}
