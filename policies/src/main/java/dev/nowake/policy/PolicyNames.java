package dev.nowake.policy;

import java.util.regex.Pattern;

/** What policies and their arguments may be called, whichever language they are written in. */
public final class PolicyNames {
    private static final Pattern POLICY = Pattern.compile("[a-z0-9-]{1,64}");
    private static final Pattern ARGUMENT = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

    private PolicyNames() {}

    /** 1 to 64 lower-case letters, digits and hyphens. False for null. */
    public static boolean isPolicy(String name) {
        return name != null && POLICY.matcher(name).matches();
    }

    /** 1 to 64 letters, digits, hyphens and underscores, a letter first. False for null. */
    public static boolean isArgument(String name) {
        return name != null && ARGUMENT.matcher(name).matches();
    }
}
