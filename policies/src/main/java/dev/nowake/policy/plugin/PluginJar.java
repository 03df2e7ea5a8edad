package dev.nowake.policy.plugin;

import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyUnit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarFile;

/**
 * One plugin jar: the policies that {@code META-INF/services/dev.nowake.policy.Policy} names, with a class loader of their
 * own over a private copy of the file, so that the file may be replaced while they run. Closed with the last of them.
 */
public final class PluginJar {
    private final Path file;
    private final Path copy;
    private final URLClassLoader loader;
    private final AtomicInteger open = new AtomicInteger();

    private PluginJar(Path file, Path copy) throws MalformedURLException {
        this.file = file;
        this.copy = copy;
        this.loader = new URLClassLoader(
                "nowake-plugin-" + file.getFileName(), new URL[] {copy.toUri().toURL()}, new ApiLoader());
    }

    /**
     * Loads the jar and makes its policies, which runs their constructors.
     *
     * @throws PolicyFailure INVALID, one line that names the jar and, where known, the class
     */
    public static List<PolicyUnit> open(Path jar) {
        Path copy = null;
        try {
            copy = Files.createTempFile("nowake-plugin-", ".jar");
            Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
            requireJar(jar, copy);
            return new PluginJar(jar, copy).policies();
        } catch (IOException unreadable) {
            delete(copy);
            throw invalid(jar, "cannot be read (" + reason(unreadable) + ")");
        } catch (PolicyFailure refused) {
            delete(copy);
            throw refused;
        }
    }

    private static void requireJar(Path jar, Path copy) {
        try (JarFile opened = new JarFile(copy.toFile())) {
            if (opened.getEntry("META-INF/services/" + Policy.class.getName()) == null) {
                throw invalid(
                        jar, "names no policy: put the class's name into META-INF/services/" + Policy.class.getName());
            }
        } catch (IOException | SecurityException broken) {
            throw invalid(jar, "is no jar (" + oneLine(broken.getMessage()) + ")");
        }
    }

    private List<PolicyUnit> policies() throws IOException {
        List<PolicyUnit> units = new ArrayList<>();
        try {
            Iterator<Policy> found = ServiceLoader.load(Policy.class, loader).iterator();
            while (found.hasNext()) {
                Policy policy = found.next();
                if (policy.getClass().getClassLoader() != loader) {
                    continue;
                }
                units.add(new PluginUnit(this, Declared.of(policy, file)));
            }
            if (units.isEmpty()) {
                throw invalid(file, "its META-INF/services/" + Policy.class.getName() + " names no class of the jar");
            }
            open.set(units.size());
            return List.copyOf(units);
        } catch (ServiceConfigurationError | LinkageError | UncheckedIOException broken) {
            loader.close();
            throw invalid(file, why(broken));
        } catch (RuntimeException | Error broken) {
            loader.close();
            throw broken instanceof PolicyFailure refused ? refused : invalid(file, oneLine(broken.toString()));
        }
    }

    /** The innermost cause says what it was; a service loader's own words say which class. */
    private static String why(Throwable broken) {
        String what = oneLine(broken.getMessage()).replace(Policy.class.getName() + ": ", "");
        Throwable cause = broken;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        StackTraceElement[] trace = cause.getStackTrace();
        String at = trace.length == 0 || trace[0].getClassName().startsWith("java.")
                ? ""
                : " (" + trace[0].getFileName() + ":" + trace[0].getLineNumber() + ")";
        return what + (cause == broken ? "" : ": " + oneLine(cause.toString()) + at);
    }

    String origin() {
        return file.toString();
    }

    /** One of its policies is closed. */
    void release() {
        if (open.decrementAndGet() == 0) {
            try {
                loader.close();
            } catch (IOException gone) {
                return; // what it could not close, the collector closes
            } finally {
                delete(copy);
            }
        }
    }

    static PolicyFailure invalid(Path jar, String what) {
        return new PolicyFailure(PolicyFailure.Kind.INVALID, jar + ": " + what);
    }

    private static String oneLine(String text) {
        return String.valueOf(text).lines().findFirst().orElse("");
    }

    private static String reason(IOException failed) {
        return failed instanceof FileSystemException about && about.getReason() == null
                ? failed.getClass().getSimpleName()
                : oneLine(failed.getMessage());
    }

    private static void delete(Path copy) {
        try {
            if (copy != null) {
                Files.deleteIfExists(copy);
            }
        } catch (IOException left) {
            return; // the folder of temporary files is emptied by the host
        }
    }
}
