package dev.nowake.kernel.proc;

/** {@code dev_t} as user space sees it in {@code st_dev}: makedev(3) with its split 12/20-bit fields. */
public final class DeviceNumber {
    private DeviceNumber() {}

    public static long of(long major, long minor) {
        return (major & 0xfffL) << 8 | (major & 0xffff_f000L) << 32 | minor & 0xffL | (minor & 0xffff_ff00L) << 12;
    }

    public static int major(long device) {
        return (int) (device >>> 8 & 0xfff | device >>> 32 & 0xffff_f000L);
    }

    public static int minor(long device) {
        return (int) (device & 0xff | device >>> 12 & 0xffff_ff00L);
    }

    /** {@code MAJOR:MINOR} in decimal, as sysfs names devices. */
    public static String format(long device) {
        return Integer.toUnsignedString(major(device)) + ":" + Integer.toUnsignedString(minor(device));
    }

    /** Reads {@code MAJOR:MINOR}; -1 where the text is none. */
    static long parse(String text, int base) {
        int colon = text.indexOf(':');
        long major = colon < 0 ? -1 : ProcFile.number(text.substring(0, colon), base);
        long minor = colon < 0 ? -1 : ProcFile.number(text.substring(colon + 1), base);
        boolean valid = major >= 0 && minor >= 0 && major <= 0xffff_ffffL && minor <= 0xffff_ffffL;
        return valid ? of(major, minor) : -1;
    }
}
