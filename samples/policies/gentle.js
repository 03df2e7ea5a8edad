// On storage that others use too: never further ahead than what the reader takes in a few seconds. A slow reader gets a
// small window, a fast one a larger one, and nobody's disk is flooded at the start of a load.
//
// Shows: `load.rate`, `host.pressure`, numbers with a fraction as arguments (a plain 10 would declare a whole number).

export const policy = {
  name: "gentle",
  api: 1,
  description: "stays a few seconds ahead of the reader and pauses under memory pressure",
  args: { seconds: 2.5, least: "64MiB", maxPressure: { type: "decimal", default: 10 } },
};

export function prefetch({ load, host, args }) {
  if (!load || load.ended) return [];
  if (host.pressure.some > args.maxPressure) return []; // per cent of the last ten seconds that tasks waited for memory
  // bytes per second; 0 until the reader has been watched for a moment
  const window = Math.max(args.least, Math.floor(load.rate * args.seconds));
  return load.files
    .filter((f) => f.inUse && f.frontier < f.size)
    .map((f) => ({
      file: f.id,
      offset: f.frontier,
      length: Math.min(window, f.size - f.frontier),
      priority: -10, // after everybody else's
      reason: `${args.seconds} s ahead`,
    }));
}

export function evict({ trigger, load }) {
  return trigger === "close" && load?.ended ? load.files.map((f) => ({ file: f.id, reason: "last reader gone" })) : [];
}
