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

export function prefetch({ load, args }) {
  if (!load || load.ended || load.prefetchesItself || load.directIo) return [];
  return ahead(load, args.window);
}

export function evict({ trigger, file, load, models }) {
  if (load?.ended) return load.files.map((f) => ({ file: f.id, reason: "last reader gone" }));
  const steps = [];
  if (trigger === "open" || trigger === "pressure") steps.push(...leftovers(load, models));
  if (!load) return steps;
  if (trigger === "progress" || trigger === "pressure") {
    for (const f of load.files) steps.push(...behind(f));
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
    .filter((t) => t.offset < quiet)
    .map((t) => ({
      file: file.id, offset: t.offset, length: Math.min(t.length, quiet - t.offset), reason: "read by all",
    }));
}

// Not the whole file: a loader that reads all headers first comes back for what was prefetched.
function all(file, reason) {
  return file.touched.map((t) => ({ file: file.id, offset: t.offset, length: t.length, reason }));
}

// Files being read from where their readers are, then the shards that come next, as far as the window goes.
function ahead(load, window) {
  const furthest = load.files.reduce((last, f) => (f.opened ? f.shard : last), -1);
  const unopened = load.keepsPagesAcrossOpens ? load.files.filter((f) => !f.opened) : [];
  const order = [
    ...load.files.filter((f) => f.inUse),
    ...unopened.filter((f) => f.shard > furthest),
    ...unopened.filter((f) => f.shard < furthest),
  ];
  const steps = [];
  for (const f of order) {
    for (const [start, end] of gaps(f)) {
      const length = Math.min(end - start, window);
      if (length <= 0) return steps;
      steps.push({ file: f.id, offset: start, length, reason: f.inUse ? "being read" : "lookahead" });
      window -= length;
    }
  }
  return steps;
}

// What its readers have still to read. `touched` comes in file order.
function gaps(file) {
  const left = [];
  let at = file.frontier;
  for (const { offset, length } of file.touched) {
    if (offset > at) left.push([at, offset]);
    at = Math.max(at, offset + length);
  }
  if (at < file.size) left.push([at, file.size]);
  return left.slice(0, 256); // a reader that jumps leaves holes; the others come with the next call
}
