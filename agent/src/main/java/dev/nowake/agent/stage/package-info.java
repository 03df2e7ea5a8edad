/**
 * Copies models from one folder to another with many requests under way and past the page cache: a copy larger than memory
 * pushes nobody's working set out. What is copied is listed ({@link dev.nowake.agent.stage.StageTree}), cut into pieces and
 * copied by a pool of threads ({@link dev.nowake.agent.stage.StageRun}) into files of their own beside the target
 * ({@link dev.nowake.agent.stage.PartFile}), which take the target's name when they are whole and durable.
 */
package dev.nowake.agent.stage;
