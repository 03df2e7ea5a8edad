package dev.nowake.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.cli.Main;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What README and docs name in backticks is there: verbs, options, keys, fields, counters, classes and files. */
class DocsTest {
    private static final Path CHECKOUT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```.*?^```");
    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern COMMAND_LINE = Pattern.compile("(?m)^(?:    |\\$ )(?:\\$ )?((?:\\./)?nowake .*)$");
    private static final Pattern COMMAND = Pattern.compile("(?:\\./)?nowake +([a-z]+)\\b.*");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z.-]*");
    private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z0-9]*");

    /** Other programs' words. */
    private static final Set<String> FOREIGN = Set.of(
            // options
            "--safetensors-load-strategy",
            "--load-format",
            "--weight-loader-prefetch-checkpoints",
            "--weight-loader-prefetch-num-threads",
            "--no-mmap",
            "--mlock",
            "--collector.textfile.directory",
            "--system",
            "--avoid",
            // servers of FUSE mounts
            "--async-read",
            "--block-cache",
            "--block-cache-path",
            "--cache",
            "--cache-dir",
            "--cache-size",
            "--cache-xz",
            "--config-file",
            "--file-cache-max-size-mb",
            "--vfs-cache-mode",
            // Kubernetes, systemd, Maven, devices, JavaScript
            "SupplementaryGroups",
            "InaccessiblePaths",
            "ManagedOOMPreference",
            "failIfNoSpecifiedTests",
            "hostPID",
            "hostPath",
            "renderD",
            "ConfigMap",
            "SharedArrayBuffer",
            "toSorted");

    private static final Set<String> FOLDERS =
            Set.of("docs", "samples", "systemd", "agent", "policies", "native-bindings");

    private static final Set<String> SOURCE_WORDS = sourceWords();

    private record Mention(Path page, String text) {}

    @Test
    void everyVerbAndOptionIsThere() {
        CommandLine program = Main.described();
        Set<String> options = new HashSet<>();
        collect(program, options);
        for (String module : List.of("samples", "systemd")) {
            files(CHECKOUT.resolve(module), name -> name.matches(".*\\.(java|sh|py)") && !name.contains("/target/"))
                    .forEach(file ->
                            OPTION.matcher(read(file)).results().forEach(option -> options.add(option.group())));
        }
        Set<String> wrong = new TreeSet<>();
        for (Mention mention :
                Stream.concat(mentions().stream(), commandLines().stream()).toList()) {
            Matcher command = COMMAND.matcher(mention.text());
            if (command.matches() && !program.getSubcommands().containsKey(command.group(1))) {
                wrong.add(mention.page() + ": nowake " + command.group(1));
            }
            String ours = command.matches() ? mention.text().replaceAll(" (-- |#|\\|).*", "") : mention.text();
            Matcher option = OPTION.matcher(ours);
            while (option.find()) {
                if (!options.contains(option.group()) && !FOREIGN.contains(option.group())) {
                    wrong.add(mention.page() + ": " + option.group());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** Counters, keys of the configuration, fields of documents, arguments: some source says each of them. */
    @Test
    void everyNameIsInSomeSource() {
        Set<String> wrong = new TreeSet<>();
        for (Mention mention : mentions()) {
            Matcher word = WORD.matcher(mention.text());
            while (word.find()) {
                boolean ours = word.group().matches("[a-z]+[0-9]*(?:[A-Z][a-z0-9]+)+|(?:[A-Z][a-z0-9]+){2,}");
                if (ours && !SOURCE_WORDS.contains(word.group()) && !FOREIGN.contains(word.group())) {
                    wrong.add(mention.page() + ": " + word.group());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyFileOfTheRepositoryIsThere() {
        Set<String> wrong = new TreeSet<>();
        List<String> paths = FOLDERS.stream()
                .flatMap(folder -> files(CHECKOUT.resolve(folder), name -> !name.contains("/target/")))
                .map(Path::toString)
                .toList();
        for (Mention mention : mentions()) {
            String text = mention.text();
            boolean file =
                    text.matches("[a-z-]+/[A-Za-z0-9_./-]*") && FOLDERS.contains(text.substring(0, text.indexOf('/')));
            if (file
                    && !text.matches(".*[A-Z]{3}.*")
                    && !Files.exists(CHECKOUT.resolve(text))
                    && paths.stream().noneMatch(path -> path.endsWith(text))) {
                wrong.add(mention.page() + ": " + text);
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static void collect(CommandLine command, Set<String> options) {
        command.getCommandSpec().options().forEach(option -> options.addAll(List.of(option.names())));
        command.getSubcommands().values().forEach(each -> collect(each, options));
    }

    private static List<Mention> pages() {
        return files(CHECKOUT.resolve("docs"), name -> name.endsWith(".md"), CHECKOUT.resolve("README.md"))
                .map(page -> new Mention(CHECKOUT.relativize(page), read(page)))
                .toList();
    }

    /** Lines that somebody would type. */
    private static List<Mention> commandLines() {
        return pages().stream()
                .flatMap(page -> COMMAND_LINE
                        .matcher(page.text())
                        .results()
                        .map(line -> new Mention(page.page(), line.group(1))))
                .toList();
    }

    /** What stands in backticks within a line. */
    private static List<Mention> mentions() {
        return pages().stream()
                .flatMap(page -> CODE.matcher(BLOCK.matcher(page.text()).replaceAll(""))
                        .results()
                        .map(code -> new Mention(page.page(), code.group(1))))
                .toList();
    }

    private static Set<String> sourceWords() {
        Set<String> words = new HashSet<>();
        for (String module : List.of("native-bindings", "policies", "samples", "agent", "systemd")) {
            files(
                            CHECKOUT.resolve(module),
                            name -> name.matches(".*\\.(java|js|mjs|ts|json|yaml|service|sh|py|c)")
                                    && !name.contains("/target/"))
                    .forEach(file -> {
                        words.add(file.getFileName().toString().replaceAll("\\..*", ""));
                        if (!file.toString().contains("/src/test/")) {
                            WORD.matcher(read(file)).results().forEach(word -> words.add(word.group()));
                        }
                    });
        }
        return words;
    }

    private static Stream<Path> files(Path folder, Predicate<String> name, Path... more) {
        try (Stream<Path> all = Files.walk(folder)) {
            return Stream.concat(
                    Stream.of(more),
                    all.filter(Files::isRegularFile).filter(file -> name.test(file.toString())).toList().stream());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
