// Small models load fast enough by themselves and may stay in memory. Only big ones are prefetched and released.
//
// Shows: a size as an argument ("8GiB" in a rule, bytes in here), and a window that moves with the reader.

export const policy = {
  name: "big-models-only",
  api: 1,
  description: "prefetches and releases models above a size and leaves all others alone",
  args: { minSize: "8GiB", window: "4GiB" },
};

export function prefetch({ model, load, args }) {
  if (!isBig(model, args) || load.ended) return [];
  const steps = [];
  let left = args.window;
  for (const f of load.files) {
    if (f.opened && !f.inUse) continue; // read and closed
    const start = f.inUse ? f.frontier : 0; // how far its reader has got
    const length = Math.min(f.size - start, left);
    if (length > 0) {
      steps.push({ file: f.id, offset: start, length, reason: "within the window" });
      left -= length;
    }
  }
  return steps;
}

export function evict({ trigger, model, load, args }) {
  if (trigger !== "close" || !isBig(model, args) || !load.ended) return [];
  return load.files.map((f) => ({ file: f.id, reason: "a big model's last reader is gone" }));
}

function isBig(model, args) {
  return model !== null && model.size >= args.minSize;
}
