// Jobs that run at night load the same models again and again; by day the memory is wanted for other things.
// From `from` to `to` o'clock (UTC) a model that was loaded is kept until the night is over, else it is released.
//
// Shows: the time comes in as a value (a policy has no clock of its own), and `keep` with an end.

export const policy = {
  name: "night-shift",
  api: 1,
  description: "keeps models that were loaded at night until the morning",
  args: { from: 22, to: 6 },
};

const HOUR = 3600;
const DAY = 24 * HOUR;

export function prefetch({ trigger, file }) {
  return trigger === "open" && file ? [{ file: file.id, reason: "opened" }] : [];
}

export function evict({ trigger, load, time, args }) {
  if (trigger !== "close" || !load?.ended) return [];
  const sinceEvening = (((time - args.from * HOUR) % DAY) + DAY) % DAY; // seconds since it was `from` o'clock
  const night = ((((args.to - args.from) % 24) + 24) % 24) * HOUR; // how long a night is
  if (sinceEvening < night) {
    const morning = time + night - sinceEvening;
    return load.files.map((f) => ({
      action: "keep", file: f.id, offset: 0, length: f.size, until: morning, reason: "kept until the morning",
    }));
  }
  return load.files.map((f) => ({ file: f.id, reason: "last reader gone, and it is day" }));
}
