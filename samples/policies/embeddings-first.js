// Tensors by name: what a loader touches first (token embeddings, say) comes in first, wherever it lies in the file.
//
// Shows: `tensors` of a shard, priorities, text arguments. A shard's tensors are known once its header was read. Asking
// for them makes nowake read it; until then the list is empty and a later call finds it filled.

export const policy = {
  name: "embeddings-first",
  api: 1,
  description: "brings in embeddings and output tensors before all others",
  args: { names: "embed,wte,lm_head,token_embd,output" }, // parts of tensor names, separated by commas
};

export function prefetch({ model, load, args }) {
  if (!load || load.ended) return [];
  const parts = args.names.split(",").map((p) => p.trim()).filter((p) => p !== "");
  const steps = [];
  for (const shard of model.shards) {
    for (const t of shard.tensors) {
      if (parts.some((p) => t.name.includes(p))) {
        // higher priorities go first; 0 is what a step has that gives none
        steps.push({ file: shard.id, offset: t.offset, length: t.length, priority: 10, reason: `tensor ${t.name}` });
      }
    }
  }
  // then the files being read, whole. Asking again for what was asked for costs nothing.
  for (const f of load.files) if (f.inUse) steps.push({ file: f.id, reason: "being read" });
  return steps;
}

export function evict({ trigger, load }) {
  return trigger === "close" && load?.ended ? load.files.map((f) => ({ file: f.id, reason: "last reader gone" })) : [];
}
