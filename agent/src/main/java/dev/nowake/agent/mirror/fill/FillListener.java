package dev.nowake.agent.mirror.fill;

/** Hears of what people may want to read. Told by the filler's own threads, none of which holds a lock; throws nothing. */
public interface FillListener {
    void told(FillNews news);
}
