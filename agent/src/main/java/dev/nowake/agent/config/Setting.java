package dev.nowake.agent.config;

/**
 * One line of the configuration in force.
 *
 * @param path as {@code roots[0].args.window}
 * @param depth how deep it stands, from 0
 * @param item whether an item of a list begins with it
 * @param key null for an item that is a value alone
 * @param value as it would be written in YAML; null for a section, whose lines follow
 * @param comment whether it can only be told: what holds here cannot be written
 * @param source file and line, or what default it is; null for a section
 */
public record Setting(String path, int depth, boolean item, String key, String value, boolean comment, String source) {

    /** The line without its source. */
    String text() {
        String indent = "  ".repeat(depth);
        String start = item ? indent.substring(2) + "- " : indent;
        String name = key == null ? "" : key + ":" + (value == null ? "" : " ");
        return (comment ? start + "# " : start) + name + (value == null ? "" : value);
    }
}
