// hot-set: keeps the models used last in memory, within a budget, and drops whole models, least recently used first.
// For hosts that switch between many models: a model that is still in memory loads without the disk.

export const policy = {
  name: "hot-set",
  api: 1,
  description: "keeps the models used last within a budget and evicts whole models, least recently used first",
  args: {
    budget: { type: "size", default: 0 }, // 0: half of the host's memory
    models: 3,
  },
};

// Protection is given from tick to tick (ten seconds) and outlives two of them, so it ends soon after the policy does.
const PROTECTED_SECONDS = 25;

// Uses that are remembered over a restart of the daemon, so that the state stays small.
const MAX_REMEMBERED = 100;

export function prefetch({ load, host, args }) {
  if (!load || load.ended || load.prefetchesItself || load.directIo) return [];
  return ahead(load, Math.min(budgetOf(args, host), Math.floor(host.available / 4)));
}

export function evict({ trigger, model, load, models, host, time, args, state }) {
  if (!["open", "close", "pressure", "tick"].includes(trigger)) return [];
  if (trigger === "close" && !load?.ended) return [];
  const used = new Map(state.used ?? []);
  const steps = [];
  if (model && (trigger === "open" || trigger === "close")) {
    used.set(model.name, time);
    steps.push({ action: "remember", state: { used: newest(used, models) }, reason: "when each model was used" });
  }

  const budget = budgetOf(args, host);
  const hot = models
    .map((m) => ({ ...m, bytes: bytesOf(m, used), used: Math.max(m.lastUsed, used.get(m.name) ?? 0) }))
    .filter((m) => m.inUse || m.bytes > 0)
    .sort((a, b) => b.used - a.used || (a.name < b.name ? -1 : 1));
  const drop = (m, reason) => {
    hot.splice(hot.indexOf(m), 1);
    for (const f of m.files) if (f.resident !== 0) steps.push({ action: "evict", file: f.id, reason });
  };
  const coldest = () => hot.findLast((m) => !m.inUse);

  // a model larger than the whole budget would drive out all others and still not fit
  for (const m of hot.filter((m) => !m.inUse && m.bytes > budget)) drop(m, "larger than the budget");
  while (coldest() && (hot.length > args.models || total(hot) > budget)) drop(coldest(), "least recently used");
  if (trigger === "pressure" && !steps.some((s) => s.action === "evict") && coldest()) {
    drop(coldest(), "least recently used, memory is short"); // one at a time: the next call tells if it was enough
  }

  if (trigger === "tick" || trigger === "close") {
    // all but the coldest, which must be free to go at once when the next model comes
    const next = coldest();
    for (const m of hot.filter((m) => !m.inUse && m !== next)) {
      for (const f of m.files) {
        steps.push({
          action: "keep", file: f.id, offset: 0, length: f.size,
          until: time + PROTECTED_SECONDS, reason: "in the hot set",
        });
      }
    }
  }
  return steps;
}

function budgetOf(args, host) {
  return args.budget > 0 ? args.budget : Math.floor(host.total / 2);
}

// A model that is being loaded will need all of its size. One nobody looked at counts whole if it was ever used.
function bytesOf(m, used) {
  if (m.inUse) return Math.max(m.size, m.resident ?? 0);
  return m.resident ?? (m.lastUsed > 0 || used.has(m.name) ? m.size : 0);
}

function total(list) {
  return list.reduce((sum, m) => sum + m.bytes, 0);
}

function newest(used, models) {
  const there = new Set(models.map((m) => m.name));
  return [...used]
    .filter(([name]) => there.has(name))
    .sort((a, b) => b[1] - a[1])
    .slice(0, MAX_REMEMBERED);
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
