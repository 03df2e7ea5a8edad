package dev.nowake.policy.js;

import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyFailure.Kind;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.SourceSection;

/** What the engine throws, as one line that names the script's file and line. */
final class ScriptError {
    private static final String NO_MODULE = "Error: Cannot find module ";
    private static final int MAX_MESSAGE = 300;

    private ScriptError() {}

    /**
     * @param origin names the script where the engine knows no place in it
     * @param otherwise the kind where it is no limit: INVALID while loading, THROWN later
     */
    static PolicyFailure failure(PolyglotException e, String origin, Kind otherwise) {
        String place = place(e, origin);
        if (e.isResourceExhausted()) {
            String message = oneLine(e.getMessage());
            return new PolicyFailure(
                    Kind.LIMIT,
                    place + ": "
                            + (message.startsWith("Statement count limit")
                                    ? "ran more than " + Sandbox.STATEMENTS + " statements"
                                    : "used more memory than there is: " + message));
        }
        if (e.isCancelled() || e.isInterrupted()) {
            return new PolicyFailure(Kind.TIMEOUT, place + ": was stopped");
        }
        String message = oneLine(e.getMessage());
        if (message.startsWith("RangeError: Maximum call stack size exceeded")) {
            return new PolicyFailure(Kind.LIMIT, place + ": called itself too deeply");
        }
        if (message.startsWith(NO_MODULE)) {
            message =
                    "there is no file " + message.substring(NO_MODULE.length()).replaceFirst(" imported from .*", "")
                            + " to import; write \"./NAME.js\" for one beside the policy, there is nothing else";
        }
        return new PolicyFailure(otherwise, place + ": " + message);
    }

    /** Its context cannot be used any more. */
    static boolean isFatal(PolyglotException e) {
        return e.isResourceExhausted() || e.isCancelled() || e.isInterrupted() || e.isInternalError();
    }

    private static String place(PolyglotException e, String origin) {
        for (PolyglotException.StackFrame frame : e.getPolyglotStackTrace()) {
            if (frame.isGuestFrame() && isPolicys(frame.getSourceLocation())) {
                return place(frame.getSourceLocation());
            }
        }
        return isPolicys(e.getSourceLocation()) ? place(e.getSourceLocation()) : origin;
    }

    private static boolean isPolicys(SourceSection section) {
        return section != null
                && section.isAvailable()
                && !section.getSource().isInternal()
                && !section.getSource().getName().isEmpty();
    }

    private static String place(SourceSection section) {
        String path = section.getSource().getPath();
        return (path == null ? section.getSource().getName() : path) + ":" + section.getStartLine() + ":"
                + section.getStartColumn();
    }

    /** A syntax error brings its place and the lines around it: the place is said already, and only one line is wanted. */
    private static String oneLine(String message) {
        if (message == null) {
            return "failed without a message";
        }
        String line = message.lines()
                .findFirst()
                .orElse("")
                .replaceAll("\\p{Cntrl}", " ")
                .strip();
        line = line.replaceFirst("^SyntaxError: \\S+:\\d+:\\d+ ", "SyntaxError: ");
        return line.length() > MAX_MESSAGE ? line.substring(0, MAX_MESSAGE) + "..." : line;
    }
}
