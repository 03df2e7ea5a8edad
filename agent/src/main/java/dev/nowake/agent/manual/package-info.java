/**
 * The manual pages and completions of a package, written from what the program itself declares: verbs and options from the
 * command line, the configuration from its document. {@link dev.nowake.agent.manual.Manual} is run by the build.
 */
package dev.nowake.agent.manual;
