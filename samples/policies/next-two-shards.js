// The smallest useful policy: when a shard is opened, prefetch the next two; when the last reader is gone, give all back.
//
// A policy is one file. `policy` names it and declares its arguments; `prefetch` and `evict` are called with a picture of
// the moment (plain values, nothing of it can be changed) and return a list of steps. They must be quick: no waiting, no
// files, no network. What they return is a wish; nowake checks it, finds room for it and carries it out.

export const policy = {
  name: "next-two-shards",
  api: 1, // the version of this interface
  description: "when a shard is opened, prefetches the next two",
  args: { lookaheadFiles: 2 }, // a rule may say: args: {lookaheadFiles: 4}
};

export function prefetch({ trigger, file, model, args }) {
  if (trigger !== "open" || !file) return []; // nothing to do: an empty plan
  const first = file.shard + 1; // shards are counted from 0, in the order loaders read them
  return model.shards
    .slice(first, first + args.lookaheadFiles)
    .map((s) => ({ file: s.id, offset: 0, length: s.size, node: "reader", reason: "lookahead" }));
}

export function evict({ trigger, load }) {
  // `load` is null when nothing is being loaded: triggers "tick" and "pressure" come then too
  if (trigger !== "close" || !load?.ended) return [];
  return load.files.map((f) => ({ file: f.id, reason: "last reader gone" })); // no range: the whole file
}
