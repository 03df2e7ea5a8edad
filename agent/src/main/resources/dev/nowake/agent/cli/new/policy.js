// @ts-check
/// <reference path="./policy.d.ts" />
//
// A policy: nowake asks it what to prefetch and what to evict while a model is loaded. It acts on nothing itself; what it
// returns passes nowake's limits first. Change this file while the daemon runs and the next event meets the new version.
//
//   nowake policy check NAME.js                       is it sound?
//   nowake policy test NAME.js --trace load.jsonl     what would it have changed in a recorded load?
//   nowake run --root /models --policies . --policy NAME --enforce

/** @type {Nowake.Policy} */
export const policy = {
  name: "NAME",
  api: 1,
  description: "the file being read, and the next ones",
  // What a rule may set, and what holds where it sets nothing. A text like "4GiB" declares a size: it arrives as bytes.
  args: { window: "4GiB", lookaheadFiles: 2 },
};

/**
 * Called when something happens to a load: a shard was opened ("open"), readers moved on ("progress"), a reader met
 * bytes that were not there ("miss"), and so on. Asking again for what was asked for before costs nothing.
 *
 * @param {Nowake.Input} input
 * @returns {Nowake.Step[]}
 */
export function prefetch({ load, args }) {
  if (load === null || load.ended) return []; // about the host, not about a load; or nobody reads any more
  /** @type {Nowake.Step[]} */
  const steps = [];
  let room = args.window;

  // What is being read, from where its reader is.
  for (const file of load.files.filter((f) => f.inUse)) {
    const length = Math.min(file.size - file.frontier, room);
    if (length > 0) {
      steps.push({ file: file.id, offset: file.frontier, length, priority: 1, reason: "being read" });
      room -= length;
    }
  }

  // Then the files nobody has opened yet, in the order loaders consume them.
  for (const file of load.files.filter((f) => !f.opened).slice(0, args.lookaheadFiles)) {
    const length = Math.min(file.size, room);
    if (length > 0) {
      steps.push({ file: file.id, offset: 0, length, reason: "next" });
      room -= length;
    }
  }
  return steps;
}

/**
 * Called at the same moments, right after prefetch. Where a mirror names this policy it is also asked at trigger "disk":
 * then `mirror` says what is on its disk, and a step like { tier: "disk", model: "llama" } what goes.
 *
 * @param {Nowake.Input} input
 * @returns {Nowake.Step[]}
 */
export function evict({ load }) {
  if (load === null || !load.ended) return [];
  return load.files.map((file) => ({ file: file.id, reason: "last reader gone" }));
}
