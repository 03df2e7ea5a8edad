// uma-guard: for hosts on which CPU and accelerator share one memory. Page cache there takes what the accelerator needs
// for weights and KV cache, so as little as possible of it is held: other models' leftovers go before a load, a tight
// window is read ahead, what was read goes behind it, and the rest goes as soon as its last reader does.

export const policy = {
  name: "uma-guard",
  api: 1,
  description: "holds page cache small where CPU and accelerator share memory",
  args: { window: "2GiB" },
};

// So far behind the slowest reader pages stay: it may go back a little.
const MARGIN = 64 * 1024 * 1024;

// Readers come back to a file's header as they please; a GGUF vocabulary makes it 5 to 11 MB long.
const HEADER = 16 * 1024 * 1024;

export function prefetch({ load, args }) {
  if (!load || load.ended || load.prefetchesItself || load.directIo) return [];
  return ahead(load, args.window);
}

export function evict({ trigger, file, load, models }) {
  if (trigger === "written") return []; // what a writer brought in is not ours to drop
  if (load?.ended) return load.files.map((f) => ({ file: f.id, reason: "last reader gone" }));
  const steps = [];
  if (trigger === "open" || trigger === "pressure") steps.push(...leftovers(load, models));
  if (!load) return steps;
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

function leftovers(load, models) {
  const own = new Set((load?.files ?? []).map((f) => f.id));
  return models
    .filter((m) => !m.inUse && !m.files.some((f) => own.has(f.id)))
    .flatMap((m) => m.files)
    .filter((f) => f.resident !== 0)
    .map((f) => ({ file: f.id, reason: "leftover of another model" }));
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
