package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.listen.Sighting;
import dev.nowake.kernel.FileEvent;
import dev.nowake.model.FileId;
import org.junit.jupiter.api.Test;

class VacanciesTest {
    private static final FileId FILE = new FileId(1, 2);
    private static final long SECOND = 1_000_000_000L;

    private final Vacancies vacancies = new Vacancies();

    private boolean isPast(FileId id, long atNanos) {
        return vacancies.isPast(new Sighting(id, FileEvent.OPEN, 7, null, null, null, atNanos));
    }

    @Test
    void whatWasHeardBeforeNobodyHadTheFileIsPastAndTheRestIsNot() {
        assertThat(isPast(FILE, 5)).isFalse();
        vacancies.found(FILE, 10);
        assertThat(isPast(FILE, 5)).isTrue();
        assertThat(isPast(FILE, 10)).isTrue();
        assertThat(isPast(FILE, 11)).isFalse();
        assertThat(isPast(new FileId(1, 3), 5)).isFalse();
        vacancies.found(FILE, 20);
        assertThat(isPast(FILE, 11)).isTrue();
    }

    /** Whatever the clock began with. */
    @Test
    void holdsWhereTheClockWraps() {
        vacancies.found(FILE, Long.MIN_VALUE + 5);
        assertThat(isPast(FILE, Long.MAX_VALUE)).isTrue();
        assertThat(isPast(FILE, Long.MIN_VALUE + 6)).isFalse();
    }

    @Test
    void remembersTheLastMinuteOnly() {
        for (int i = 0; i < 10_000; i++) {
            vacancies.found(new FileId(2, i), i * SECOND);
        }
        assertThat(isPast(new FileId(2, 0), 0)).isFalse();
        assertThat(isPast(new FileId(2, 9_950), 9_950 * SECOND)).isTrue();
    }
}
