package dev.nowake.kernel.fake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.BeforeTry;

/** {@link PageMap} against a model that keeps a plain object per page and knows no cleverness. */
class PageMapPropertiesTest {
    private static final int PAGES = 40;

    private enum Kind {
        POPULATE,
        START_READING,
        LAND,
        DIRTY,
        EVICT,
        TOUCH,
        UNMAP,
        PAGE_OUT,
        DROP_FROM
    }

    private record Action(Kind kind, int first, int length, int order, int mapper) {}

    /** One page of the naive model; pages of one folio share its folio object. */
    private static final class NaivePage {
        Object folio;
        boolean dirty;
        boolean writeback;
        boolean inFlight;
        int node;
        final Set<Integer> mappers = new HashSet<>();
    }

    private static final class Naive {
        final NaivePage[] pages = new NaivePage[PAGES];

        void populate(int first, int end, int order, int node, boolean inFlight) {
            for (int at = first; at < end; at++) {
                if (pages[at] != null) {
                    continue;
                }
                int block = 1;
                for (int size = 1 << order; size > 1; size /= 2) {
                    if (at % size == 0 && at + size <= end && isFree(at, size)) {
                        block = size;
                        break;
                    }
                }
                Object folio = new Object();
                for (int page = at; page < at + block; page++) {
                    pages[page] = new NaivePage();
                    pages[page].folio = folio;
                    pages[page].node = node;
                    pages[page].inFlight = inFlight;
                }
            }
        }

        boolean isFree(int at, int size) {
            for (int page = at; page < at + size; page++) {
                if (pages[page] != null) {
                    return false;
                }
            }
            return true;
        }

        List<Integer> folioOf(int page) {
            List<Integer> members = new ArrayList<>();
            for (int other = 0; other < PAGES; other++) {
                if (pages[other] != null && pages[other].folio == pages[page].folio) {
                    members.add(other);
                }
            }
            return members;
        }

        /** A lone mapper of -1 means that nobody may map it. */
        int evict(int first, int end, int loneMapper) {
            int dropped = 0;
            for (int page = first; page < end; page++) {
                if (pages[page] == null) {
                    continue;
                }
                List<Integer> members = folioOf(page);
                Set<Integer> mappers = new HashSet<>();
                boolean goes = true;
                for (int member : members) {
                    NaivePage each = pages[member];
                    mappers.addAll(each.mappers);
                    goes &= member >= first && member < end && !each.dirty && !each.writeback && !each.inFlight;
                }
                if (goes && mappers.equals(loneMapper < 0 ? Set.of() : Set.of(loneMapper))) {
                    members.forEach(member -> pages[member] = null);
                    dropped += members.size();
                }
            }
            return dropped;
        }
    }

    private Naive naive;
    private PageMap map;
    private BitSet[] mappers;

    /** Tries share this object. */
    @BeforeTry
    void startAnew() {
        naive = new Naive();
        map = new PageMap();
        mappers = new BitSet[] {map.addMapper(), map.addMapper(), map.addMapper()};
    }

    @Property(tries = 2000)
    void behavesAsTheNaiveModel(@ForAll("actions") List<Action> actions) {
        for (Action action : actions) {
            perform(action, action.first(), Math.min(PAGES, action.first() + action.length()));
            compare(action);
        }
    }

    private void perform(Action action, int first, int end) {
        switch (action.kind()) {
            case POPULATE -> {
                map.populate(first, end, action.order(), page -> action.mapper());
                naive.populate(first, end, action.order(), action.mapper(), false);
            }
            case START_READING -> {
                map.startReading(first, end, page -> action.mapper());
                naive.populate(first, end, 0, action.mapper(), true);
            }
            case LAND -> {
                map.land();
                forEach(0, PAGES, page -> page.inFlight = false);
            }
            case DIRTY -> {
                map.makeDirty(first, end);
                naive.populate(first, end, 0, 0, false);
                forEach(first, end, page -> page.dirty = true);
            }
            case EVICT -> {
                forEach(first, end, page -> page.writeback = false);
                assertThat(map.evict(first, end)).isEqualTo(naive.evict(first, end, -1));
                forEach(first, end, page -> {
                    page.writeback |= page.dirty;
                    page.dirty = false;
                });
            }
            case TOUCH -> {
                map.populate(first, end, action.order(), page -> 0);
                mappers[action.mapper()].set(first, end);
                naive.populate(first, end, action.order(), 0, false);
                forEach(first, end, page -> page.mappers.add(action.mapper()));
            }
            case UNMAP -> {
                map.removeMapper(mappers[action.mapper()]);
                mappers[action.mapper()] = map.addMapper();
                forEach(0, PAGES, page -> page.mappers.remove(action.mapper()));
            }
            case PAGE_OUT ->
                assertThat(map.pageOut(first, end, mappers[action.mapper()]))
                        .isEqualTo(naive.evict(first, end, action.mapper()));
            case DROP_FROM -> {
                map.dropFrom(first);
                for (int page = first; page < PAGES; page++) {
                    naive.pages[page] = null;
                }
            }
        }
    }

    private void forEach(int first, int end, Consumer<NaivePage> change) {
        for (int page = first; page < end; page++) {
            if (naive.pages[page] != null) {
                change.accept(naive.pages[page]);
            }
        }
    }

    private void compare(Action action) {
        int resident = 0;
        int dirty = 0;
        int writeback = 0;
        for (int page = 0; page < PAGES; page++) {
            NaivePage each = naive.pages[page];
            resident += each == null ? 0 : 1;
            dirty += each != null && each.dirty ? 1 : 0;
            writeback += each != null && each.writeback ? 1 : 0;
            assertThat(map.isResident(page)).as("%s: page %d", action, page).isEqualTo(each != null);
            assertThat(map.isUpToDate(page))
                    .as("%s: page %d up to date", action, page)
                    .isEqualTo(each != null && !each.inFlight);
            assertThat(map.node(page)).as("%s: node of %d", action, page).isEqualTo(each == null ? -1 : each.node);
        }
        assertThat(map.residentPages(0, PAGES)).isEqualTo(resident);
        assertThat(map.dirtyPages(0, PAGES)).as("%s: dirty", action).isEqualTo(dirty);
        assertThat(map.writebackPages(0, PAGES)).as("%s: writeback", action).isEqualTo(writeback);
    }

    @Provide
    Arbitrary<List<Action>> actions() {
        return Combinators.combine(
                        Arbitraries.of(Kind.class),
                        Arbitraries.integers().between(0, PAGES - 1),
                        Arbitraries.integers().between(0, PAGES),
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.integers().between(0, 2))
                .as(Action::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(30);
    }
}
