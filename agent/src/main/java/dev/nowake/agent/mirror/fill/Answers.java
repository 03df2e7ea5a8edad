package dev.nowake.agent.mirror.fill;

import java.util.ArrayList;
import java.util.List;

/**
 * What came out of something that was done under the lock, for those outside: readers that wait no more, news for people. It
 * is told when the lock is free, because what they do then is their affair.
 */
final class Answers {
    private final List<Waiter> ready = new ArrayList<>(4);
    private final List<FillNews> news = new ArrayList<>(0);

    /** Where the book puts readers: with a fault, or with all they waited for. */
    List<Waiter> ready() {
        return ready;
    }

    List<FillNews> news() {
        return news;
    }
}
