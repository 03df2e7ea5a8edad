/**
 * Reads the journal back and draws what became of a load: one page of HTML that needs nothing beside itself. Journal lines
 * ({@link dev.nowake.agent.report.JournalLines}) become stories, a story becomes a section of the page.
 */
package dev.nowake.agent.report;
