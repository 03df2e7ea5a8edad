package dev.nowake.agent.config;

import dev.nowake.agent.config.ConfigKey.Shape;
import dev.nowake.agent.config.MirrorSettings.Unreachable;
import dev.nowake.agent.config.MirrorSettings.Vanished;
import dev.nowake.policy.builtin.MirrorLruPolicy;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** The keys of a mirror; {@link KeyTable} has all. */
final class MirrorKeys {
    static final String ITEM = "mirrors[]";

    /** It is part of the names of two folders; rules' names are as long. */
    static final int LONGEST_NAME = 64;

    private static final String NAME_PATTERN = "^[A-Za-z0-9_][A-Za-z0-9_.-]{0," + (LONGEST_NAME - 1) + "}$";

    static final ValueType<String> NAME = new ValueType<>(
            "folder name",
            "letters, digits, `.`, `_` and `-`, " + LONGEST_NAME + " at most, no dot or dash at its start",
            List.of(),
            NAME_PATTERN,
            MirrorKeys::name,
            text -> text);

    private static final ValueType<Integer> SOME = count(1, 1024);

    private static final ValueType<Integer> SOME_OR_NONE = count(0, 1024);

    /** What YAML may take for a number. */
    static final List<ValueType<?>> MAY_BE_NUMBERS = List.of(NAME, SOME, SOME_OR_NONE);

    private static final ValueType<Long> SIZE = Values.SIZE.checked(bytes -> {
        if (bytes == 0) {
            throw new IllegalArgumentException("nothing at all holds no file: write 100GiB, or leave the key out");
        }
        return bytes;
    });

    private static final ValueType<Duration> TIME = Values.TIME.checked(time -> {
        if (time.isZero()) {
            throw new IllegalArgumentException("no time at all: write 1s or more");
        }
        return time;
    });

    private static final ValueType<String> ATTRIBUTE = new ValueType<>(
            "attribute",
            "`user.` and the attribute's name",
            List.of(),
            "^user\\.[!-~]{1,250}$",
            MirrorKeys::attribute,
            text -> text);

    static final ConfigKey<String> NAME_KEY =
            key("name", NAME, null, "what it is called, no two alike; without it the last folder of `local`", "models");

    static final ConfigKey<String> REMOTE = key(
            "remote",
            Values.FOLDER,
            null,
            "the folder to show, absolute, on any mounted filesystem; required",
            "/mnt/nas/models");

    static final ConfigKey<String> LOCAL = key(
            "local",
            Values.FOLDER,
            null,
            "where loaders find it, absolute, on ext4, xfs or btrfs; nowake makes it; required",
            "/models");

    static final ConfigKey<Boolean> ENABLED = key(
            "enabled",
            Values.FLAG,
            true,
            "`false` takes the mirror out, as though it were not written in any file",
            "false");

    static final ConfigKey<Long> BUDGET = key(
            "budget",
            SIZE,
            null,
            "what its files may take of the local disk; without it all that the disk has but `reserve`",
            "500GiB");

    static final ConfigKey<Long> RESERVE = key(
            "reserve",
            Values.SIZE,
            null,
            "what is left free on the local disk; without it 5 % of it, "
                    + ByteSize.exact(MirrorSettings.MOST_RESERVE_BYTES) + " at most",
            "20GiB");

    static final ConfigKey<Duration> TIMEOUT =
            key("timeout", TIME, Duration.ofSeconds(30), "how long one request to the remote may take", "10s");

    static final ConfigKey<Duration> RESCAN = key(
            "rescan", TIME, Duration.ofMinutes(5), "how often the remote folder is looked through for changes", "1h");

    static final ConfigKey<Duration> REVALIDATE = key(
            "revalidate",
            Values.TIME,
            Duration.ofSeconds(30),
            "a file that is opened is held against the remote one when that was last done longer ago; `0s` for every open",
            "0s");

    static final ConfigKey<Vanished> VANISHED = key(
            "vanished",
            words("vanished", Vanished.values(), Vanished::label),
            Vanished.KEEP,
            "what becomes of a file that is gone from the remote: `keep`s it if all of it is here, or `remove`s it",
            "remove");

    static final ConfigKey<Unreachable> UNREACHABLE = key(
            "unreachable",
            words("unreachable", Unreachable.values(), Unreachable::label),
            Unreachable.SERVE,
            "what an open gets while the remote does not answer: `serve`s what is here, or `refuse`s",
            "refuse");

    static final ConfigKey<Integer> STREAMS =
            key("streams", SOME, 32, "requests to the remote at once, 1 to 1024", "64");

    static final ConfigKey<Integer> LOOKAHEAD = key(
            "lookahead", SOME_OR_NONE, 2, "how many files of the same model are brought before they are opened", "4");

    static final ConfigKey<Boolean> VERIFY = key(
            "verify",
            Values.FLAG,
            true,
            "whether a file whose name tells its content's SHA-256 is held against it when all of it is there",
            "false");

    static final ConfigKey<String> ETAG = key(
            "etagAttribute",
            ATTRIBUTE,
            null,
            "the extended attribute in which the remote filesystem tells its storage's tag of the content; without it"
                    + " size and time of change tell whether a file is the one it was",
            "user.s3.etag");

    static final ConfigKey<String> POLICY = key(
            "policy",
            Values.POLICY,
            MirrorLruPolicy.NAME,
            "who decides which models leave the local disk when there is too little room; `none`: nothing does",
            "none");

    static final List<ConfigKey<?>> ALL = List.of(
            ConfigKey.of(
                    "mirrors",
                    Shape.ITEMS,
                    null,
                    "folders on a local disk that show remote ones",
                    "[{remote: /mnt/nas/models, local: /models}]"),
            NAME_KEY,
            REMOTE,
            LOCAL,
            BUDGET,
            RESERVE,
            TIMEOUT,
            RESCAN,
            REVALIDATE,
            VANISHED,
            UNREACHABLE,
            STREAMS,
            LOOKAHEAD,
            VERIFY,
            ETAG,
            POLICY,
            ConfigKey.of(
                    ITEM + ".args", Shape.ARGUMENTS, null, "the policy's arguments; `mirror-lru` takes none", "{}"),
            ConfigKey.of(
                    ITEM + ".mode", Shape.VALUE, Values.MODE, "`observe` or `enforce`; without it `mode`", "enforce"),
            ENABLED);

    private MirrorKeys() {}

    private static <T> ConfigKey<T> key(String name, ValueType<T> type, T absent, String what, String example) {
        return ConfigKey.of(ITEM + "." + name, type, absent, what, example);
    }

    private static <T> ValueType<T> words(String name, T[] all, Function<T, String> label) {
        List<String> words = Arrays.stream(all).map(label).toList();
        String about = "`" + String.join("` or `", words) + "`";
        return new ValueType<>(
                name,
                about,
                words,
                null,
                text -> Arrays.stream(all)
                        .filter(word -> label.apply(word).equals(text))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "'" + text + "' is neither " + String.join(" nor ", words))),
                label);
    }

    private static ValueType<Integer> count(int least, int most) {
        return new ValueType<>(
                "count",
                "a number without a unit",
                List.of(),
                "^[0-9]{1,6}$",
                text -> {
                    int number = text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : -1;
                    if (number < least || number > most) {
                        throw new IllegalArgumentException("'" + text + "' is no number from " + least + " to " + most);
                    }
                    return number;
                },
                String::valueOf);
    }

    /** Throws {@link IllegalArgumentException} with one line where it is no name for a mirror. */
    static String name(String text) {
        if (!text.matches(NAME_PATTERN)) {
            throw new IllegalArgumentException("'" + text
                    + "' is no name for a mirror: write letters, digits, . _ and -, " + LONGEST_NAME + " at most");
        }
        return text;
    }

    private static String attribute(String text) {
        if (!text.matches(ATTRIBUTE.pattern())) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no attribute that can be read: write one that begins with user.");
        }
        return text;
    }
}
