// The first and last bytes of every shard as soon as a model is opened: that is where formats keep what a loader needs to
// find its way (GGUF and safetensors at the start, torch zip archives at the end). The weights are left to the loader.
//
// Shows: ranges at both ends, and that a policy need not do everything: this one never evicts.

export const policy = {
  name: "first-and-last",
  api: 1,
  description: "prefetches the start and the end of every shard",
  args: { first: "16MiB", last: "1MiB" },
};

export function prefetch({ trigger, load, args }) {
  if (trigger !== "open" || !load) return [];
  return load.files.flatMap((f) => {
    // a range may not begin behind the file's end; one that ends behind it is cut
    const tail = Math.max(0, f.size - args.last);
    return [
      { file: f.id, offset: 0, length: args.first, priority: 1, reason: "start of the shard" },
      { file: f.id, offset: tail, length: f.size - tail, reason: "end of the shard" },
    ];
  });
}
