package dev.nowake.kernel;

import java.util.HashMap;
import java.util.Map;

/** An error number of errno(3), with its name where nowake knows it. */
public record Errno(int number) {
    public static final Errno EPERM = new Errno(1);
    public static final Errno ENOENT = new Errno(2);
    public static final Errno EINTR = new Errno(4);
    public static final Errno EIO = new Errno(5);
    public static final Errno EBADF = new Errno(9);
    public static final Errno EAGAIN = new Errno(11);
    public static final Errno ENOMEM = new Errno(12);
    public static final Errno EACCES = new Errno(13);
    public static final Errno EFAULT = new Errno(14);
    public static final Errno ENOTBLK = new Errno(15);
    public static final Errno EBUSY = new Errno(16);
    public static final Errno EEXIST = new Errno(17);
    public static final Errno EXDEV = new Errno(18);
    public static final Errno ENODEV = new Errno(19);
    public static final Errno ENOTDIR = new Errno(20);
    public static final Errno EISDIR = new Errno(21);
    public static final Errno EINVAL = new Errno(22);
    public static final Errno ENOTTY = new Errno(25);
    public static final Errno ENFILE = new Errno(23);
    public static final Errno EMFILE = new Errno(24);
    public static final Errno ENOSPC = new Errno(28);
    public static final Errno EROFS = new Errno(30);
    public static final Errno ESPIPE = new Errno(29);
    public static final Errno ENOSYS = new Errno(38);
    public static final Errno ELOOP = new Errno(40);
    public static final Errno ENXIO = new Errno(6);
    public static final Errno ESRCH = new Errno(3);
    public static final Errno EOPNOTSUPP = new Errno(95);
    public static final Errno EDQUOT = new Errno(122);
    public static final Errno ESTALE = new Errno(116);

    private static final Map<Integer, String> NAMES = names();

    /** The symbol, for example {@code ENOENT}; {@code errno 123} where it is not known here. */
    public String symbol() {
        return NAMES.getOrDefault(number, "errno " + number);
    }

    /** Symbol and number, for messages and the journal. */
    public String describe() {
        return NAMES.containsKey(number) ? symbol() + " (" + number + ")" : symbol();
    }

    private static Map<Integer, String> names() {
        Map<Integer, String> names = new HashMap<>();
        String[] known = {
            "EPERM", "ENOENT", "ESRCH", "EINTR", "EIO", "ENXIO", "E2BIG", "ENOEXEC", "EBADF", "ECHILD", "EAGAIN",
            "ENOMEM", "EACCES", "EFAULT", "ENOTBLK", "EBUSY", "EEXIST", "EXDEV", "ENODEV", "ENOTDIR", "EISDIR",
            "EINVAL", "ENFILE", "EMFILE", "ENOTTY", "ETXTBSY", "EFBIG", "ENOSPC", "ESPIPE", "EROFS", "EMLINK", "EPIPE"
        };
        for (int i = 0; i < known.length; i++) {
            names.put(i + 1, known[i]);
        }
        names.put(36, "ENAMETOOLONG");
        names.put(38, "ENOSYS");
        names.put(40, "ELOOP");
        names.put(74, "EBADMSG");
        names.put(75, "EOVERFLOW");
        names.put(95, "EOPNOTSUPP");
        names.put(107, "ENOTCONN");
        names.put(110, "ETIMEDOUT");
        names.put(111, "ECONNREFUSED");
        names.put(116, "ESTALE");
        names.put(117, "EUCLEAN");
        names.put(122, "EDQUOT");
        return Map.copyOf(names);
    }
}
