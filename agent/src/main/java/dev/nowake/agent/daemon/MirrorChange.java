package dev.nowake.agent.daemon;

import dev.nowake.agent.config.MirrorSettings;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** Which keys of a mirror two configurations have otherwise, but for its mode. */
record MirrorChange(List<String> atOnce, List<String> atRestart) {
    /** {@code atOnce}: what a mirror that is served takes without being closed. */
    private record Key(String name, boolean atOnce, Function<MirrorSettings, Object> value) {}

    private static final List<Key> KEYS = List.of(
            new Key("remote", false, MirrorSettings::remote),
            new Key("local", false, MirrorSettings::local),
            new Key("budget", true, MirrorSettings::budgetBytes),
            new Key("reserve", true, MirrorSettings::reserveBytes),
            new Key("timeout", false, MirrorSettings::timeout),
            new Key("rescan", false, MirrorSettings::rescan),
            new Key("revalidate", false, MirrorSettings::revalidate),
            new Key("vanished", false, MirrorSettings::vanished),
            new Key("unreachable", false, MirrorSettings::unreachable),
            new Key("streams", false, MirrorSettings::streams),
            new Key("lookahead", false, MirrorSettings::lookahead),
            new Key("verify", false, MirrorSettings::verify),
            new Key("etagAttribute", false, MirrorSettings::etagAttribute),
            new Key("policy", true, MirrorSettings::policy),
            new Key("args", true, MirrorSettings::args));

    static MirrorChange between(MirrorSettings before, MirrorSettings after) {
        return new MirrorChange(names(before, after, true), names(before, after, false));
    }

    private static List<String> names(MirrorSettings before, MirrorSettings after, boolean atOnce) {
        return KEYS.stream()
                .filter(key -> key.atOnce() == atOnce)
                .filter(key ->
                        !Objects.equals(key.value().apply(before), key.value().apply(after)))
                .map(Key::name)
                .toList();
    }

    /** What it knows of. */
    static int keys() {
        return KEYS.size();
    }
}
