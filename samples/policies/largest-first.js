// Which models leave a mirror's disk: the largest first, so that as few as possible are brought again, and never those whose
// names say that everybody builds on them. It has nothing to say about page cache: name it in the mirror, not in a rule.
//
// Shows: trigger "disk", and a text as an argument.

export const policy = {
  name: "largest-first",
  api: 1,
  description: "evicts the largest models from a mirror's disk first, and never some by name",
  args: { never: "base-,shared-" }, // how such names begin, separated by commas
};

export function evict({ trigger, mirror, args }) {
  if (trigger !== "disk") return [];
  const never = args.never.split(",").filter((start) => start !== "");
  const candidates = mirror.models
    .filter((m) => !m.open && !m.loading && !m.kept && m.onDisk > 0) // others would be refused
    .filter((m) => !never.some((start) => m.name.startsWith(start)))
    .sort((a, b) => b.onDisk - a.onDisk || a.lastLoaded - b.lastLoaded);
  const steps = [];
  let excess = mirror.excess;
  for (const m of candidates) {
    if (excess <= 0) break;
    steps.push({ tier: "disk", file: m.files[0].id, reason: "the largest that may go" }); // its other files go with it
    excess -= m.onDisk;
  }
  return steps;
}
