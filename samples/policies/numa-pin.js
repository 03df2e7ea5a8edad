// Every model of this rule on one NUMA node: for a host whose accelerator hangs on a node the loader does not run on.
//
// Shows: `node`. Beside a number it may be "reader" (where the loader runs), "accelerator" (where the device it has open
// is attached) or "interleave" (spread over all). Pages that are resident elsewhere stay there: placement is a wish.

export const policy = {
  name: "numa-pin",
  api: 1,
  description: "prefetches onto one NUMA node, given by number",
  args: {
    node: { type: "count" }, // no default: a rule must give it
  },
};

export function prefetch({ load, host, args }) {
  if (!load || load.ended) return [];
  // a node that is not there, or has no room: let the pages lie where the loader runs
  const pinned = host.nodes.find((n) => n.id === args.node);
  const steps = [];
  let room = pinned ? pinned.free : 0;
  for (const f of load.files) {
    if (f.opened && !f.inUse) continue; // read and closed
    const fits = f.size <= room;
    if (fits) room -= f.size;
    const node = fits ? args.node : "reader";
    steps.push({ file: f.id, node, reason: fits ? `pinned to node ${args.node}` : "no room on the node" });
  }
  return steps;
}

export function evict({ trigger, load }) {
  return trigger === "close" && load?.ended ? load.files.map((f) => ({ file: f.id, reason: "last reader gone" })) : [];
}
