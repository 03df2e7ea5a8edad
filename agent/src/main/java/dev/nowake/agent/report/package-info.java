/**
 * Reads the journal back and draws what became of a load: one page of HTML that needs nothing beside itself. Lines
 * become stories ({@link dev.nowake.agent.report.Stories}), a story becomes a section of the page.
 */
package dev.nowake.agent.report;
