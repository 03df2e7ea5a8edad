// uma-guard: for hosts on which CPU and accelerator share one memory. What the accelerator's driver takes must be free, not
// merely available, and lie in blocks of 2 MiB: a checkpoint that floods page cache leaves neither, and the load dies near its
// end while gigabytes look available. So as little page cache as possible is held: other models' leftovers go before a load,
// a tight window is read ahead, what was read goes behind it, and the rest goes as soon as its last reader does. From the
// first open until the engine has settled a floor is kept of both, free memory and large blocks.

export const policy = {
  name: "uma-guard",
  api: 1,
  description: "keeps memory free for the accelerator where it shares the CPU's",
  args: {
    window: "2GiB",
    // What a reader at 6 GB/s brings in between two looks is 0.6 GB; engines ask for 1 to 2 GiB at once when weights are in.
    floor: "4GiB",
    blocks: "2GiB",
    // Profiling, graph capture and the KV cache follow the last read byte within a minute; loaders pause no longer.
    settleSeconds: 60,
    leftovers: { type: "choice", default: "evict", words: ["keep", "evict"] },
    room: { type: "choice", default: "none", words: ["none", "reclaim", "reserve"] }, // the host reads it, not we
  },
};

// So far behind the slowest reader pages stay: it may go back a little.
const MARGIN = 64 * 1024 * 1024;

// Each floor is a quarter of the memory at most: on a host of 8 GiB 4 would leave no room to load in.
const PART = 4;

// Below this a reader stands still, whatever the average of its last seconds still says.
const STANDING = 1024 * 1024;

// Readers come back to a file's header as they please; a GGUF vocabulary makes it 5 to 11 MB long.
const HEADER = 16 * 1024 * 1024;

export function prefetch({ load, host, args }) {
  if (!load || load.ended || load.prefetchesItself || load.directIo) return [];
  return ahead(load, Math.min(args.window, spare(memoryOf(load, host), args)));
}

export function evict({ trigger, file, load, models, host, time, args, state }) {
  if (trigger === "written") return []; // what a writer brought in is not ours to drop
  const steps = [];
  let until = state.until ?? 0;
  if (isLoading(trigger, load)) {
    const extended = time + args.settleSeconds;
    if (extended - until > 1) {
      steps.push({ action: "remember", state: { until: extended }, reason: "an engine is loading" });
    }
    until = extended;
  }
  const memory = memoryOf(load, host);
  const guarded = time < until;
  const short = guarded && (memory.free < floorOf(memory, args) || isScattered(memory, args));
  if (args.leftovers === "evict" && (short || trigger === "open" || trigger === "pressure")) {
    steps.push(...leftovers(load, models));
  }
  steps.push(...own(trigger, file, load));
  // at an open leftovers go first, and often suffice; a moment later the next look tells
  if (guarded && trigger !== "open" && isScattered(memory, args)) {
    const step = { action: "compact", reason: "free memory is in small pieces" };
    steps.push(memory === host ? step : { ...step, node: memory.id });
  }
  return steps;
}

// A tick is no sign: it comes also to a server that has had its model mapped for days.
function isLoading(trigger, load) {
  return load !== null && (["open", "miss", "close"].includes(trigger) || load.rate > STANDING);
}

// What is free on another node does not help the driver on the readers' own.
function memoryOf(load, host) {
  if (!load || load.node === null || host.nodes.length < 2) return host;
  return host.nodes.find((n) => n.id === load.node) ?? host;
}

function floorOf(memory, args) {
  return Math.min(args.floor, memory.total / PART);
}

function blocksOf(memory, args) {
  return Math.min(args.blocks, memory.total / PART);
}

// What lies above both floors. It counts from the readers on, so what was read ahead already is in it once and missing from
// free memory once more: the window settles at half of what was above the floors, and never reaches below them.
function spare(memory, args) {
  const free = memory.free - floorOf(memory, args);
  const inBlocks = memory.freeBlocks === null ? free : memory.freeBlocks - blocksOf(memory, args);
  return Math.max(0, Math.floor(Math.min(free, inBlocks)));
}

// Too few large blocks, though there is free memory in smaller ones to make some of: an eighth of them is worth the time.
function isScattered(memory, args) {
  if (memory.freeBlocks === null) return false;
  const wanted = blocksOf(memory, args);
  return memory.freeBlocks < wanted && memory.free - memory.freeBlocks >= wanted / 8;
}

function leftovers(load, models) {
  const own = new Set((load?.files ?? []).map((f) => f.id));
  return models
    .filter((m) => !m.inUse && !m.files.some((f) => own.has(f.id)))
    .flatMap((m) => m.files)
    .filter((f) => f.resident !== 0)
    .map((f) => ({ file: f.id, reason: "leftover of another model" }));
}

function own(trigger, file, load) {
  if (!load) return [];
  if (load.ended) return load.files.map((f) => ({ file: f.id, reason: "last reader gone" }));
  const steps = [];
  if (trigger === "progress" || trigger === "pressure") {
    for (const f of load.files) {
      // a closed shard went when it was closed; under pressure once more, in case that went unseen
      if (f.inUse || (f.opened && trigger === "pressure")) steps.push(...behind(f));
    }
  } else if (trigger === "close" && file && !file.inUse) {
    steps.push(...all(file, "shard closed"));
  }
  return steps;
}

// Only what every reader has read. The frontier is the furthest reader's; `touched` ends at the slowest one's.
function behind(file) {
  if (file.touched.length === 0) return [];
  if (!file.inUse) return all(file, "read and closed");
  const last = file.touched[file.touched.length - 1];
  const quiet = Math.min(file.frontier, last.offset + last.length) - MARGIN;
  return file.touched
    .map((t) => ({ start: Math.max(t.offset, HEADER), end: Math.min(t.offset + t.length, quiet) }))
    .filter((t) => t.start < t.end)
    .map((t) => ({ file: file.id, offset: t.start, length: t.end - t.start, reason: "read by all" }));
}

// Not the whole file: a loader that reads all headers first comes back for what was prefetched.
function all(file, reason) {
  return file.touched.map((t) => ({ file: file.id, offset: t.offset, length: t.length, reason }));
}

// Files being read from where their readers are, then the shards that come next, as far as the window goes. Plain loops:
// this runs ten times a second, and each look at a file costs a little.
function ahead(load, window) {
  if (window <= 0) return [];
  const files = load.files;
  const count = files.length;
  const steps = [];
  let furthest = -1;
  for (let i = 0; i < count; i++) {
    const f = files[i];
    if (!f.opened) continue;
    furthest = i;
    if (f.inUse) window = plan(f, "being read", window, steps);
  }
  if (!load.keepsPagesAcrossOpens) return steps; // what is prefetched now would be dropped at the open
  for (let i = 1; i <= count && window > 0; i++) {
    const f = files[(furthest + i) % count];
    if (!f.opened) window = plan(f, "lookahead", window, steps);
  }
  return steps;
}

// Adds what its readers have still to read, in file order, and returns what is left of the window.
function plan(file, reason, window, steps) {
  const id = file.id;
  const add = (start, end) => {
    const length = Math.min(end - start, window);
    if (length <= 0) return;
    steps.push({ file: id, offset: start, length, reason });
    window -= length;
  };
  const touched = file.touched;
  const ranges = Math.min(touched.length, 256); // a reader that jumps leaves holes: more of them with the next call
  let at = file.frontier;
  for (let i = 0; i < ranges; i++) {
    const { offset, length } = touched[i];
    add(at, offset);
    at = Math.max(at, offset + length);
  }
  if (ranges === touched.length) add(at, file.size);
  return window;
}
