/**
 * The command line: one class per verb, each a thin shell around the packages that do the work.
 *
 * <p>{@link dev.nowake.agent.cli.Main} builds the parser for the verbs named on the command line only,
 * {@link dev.nowake.agent.cli.Invocation} holds what all verbs share (options, streams, the kernel, opened when first asked
 * for), and every failure leaves as a {@link dev.nowake.agent.cli.CliException}: one line on stderr, one JSON document on
 * stdout when JSON was asked for, and an {@link dev.nowake.agent.cli.ExitCode}.
 */
package dev.nowake.agent.cli;
