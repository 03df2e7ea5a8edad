package dev.nowake.agent.rules;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Kubernetes pod of a process. Its cgroup's path tells the uid and nothing else; the name is the kubelet's to know,
 * which keeps a folder {@code NAMESPACE_NAME_UID} for each pod's logs.
 */
final class Pod {
    /**
     * A folder of kubepods: {@code kubepods-burstable-podUID.slice} (systemd driver, '-' of the uid written as '_'), or {@code
     * podUID} (cgroupfs driver). What lies below it ({@code cri-containerd-ID.scope}, {@code crio-ID.scope}, {@code ID}) is one container; where the drivers of
     * kubelet and runtime differ, that follows a colon.
     */
    private static final Pattern FOLDER = Pattern.compile(
            "(?:(?:kubelet-)?kubepods(?:-besteffort|-burstable)?-)?pod([0-9a-f][0-9a-f_-]{7,63}?)(?:\\.slice)?");

    private static final String KUBEPODS = "kubepods";

    private Pod() {}

    /** Empty where the cgroup is no pod's. */
    static Optional<String> uid(String cgroup) {
        boolean below = false;
        for (String name : cgroup.split("[/:]")) {
            boolean kubepods = name.startsWith(KUBEPODS);
            if (below || kubepods) {
                Matcher matcher = FOLDER.matcher(name);
                if (matcher.matches()) {
                    return Optional.of(matcher.group(1).replace('_', '-'));
                }
            }
            // a kubelet in a container has the folder somewhere below: kubelet-kubepods.slice, /docker/ID/kubepods
            below |= kubepods || name.endsWith(KUBEPODS) || name.contains(KUBEPODS + ".slice");
        }
        return Optional.empty();
    }

    /** {@code namespace/name} of the pod, by the kubelet's log folder below {@code root}; empty where that does not tell. */
    static Optional<String> name(Path root, String uid) {
        String end = "_" + uid;
        try (DirectoryStream<Path> pods = Files.newDirectoryStream(root.resolve("var/log/pods"))) {
            for (Path pod : pods) {
                String name = String.valueOf(pod.getFileName());
                int underscore = name.indexOf('_');
                if (name.endsWith(end) && underscore < name.length() - end.length()) {
                    String plain = name.substring(0, name.length() - end.length());
                    return Optional.of(plain.substring(0, underscore) + "/" + plain.substring(underscore + 1));
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException noKubelet) {
            return Optional.empty();
        }
        return Optional.empty();
    }
}
