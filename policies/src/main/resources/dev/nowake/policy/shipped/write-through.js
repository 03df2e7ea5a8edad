// write-through: after somebody has written a weight file (a download, a copy, a checkpoint), it is written back and
// dropped from page cache: nobody is going to read it from here soon. It never prefetches, and leaves loads alone.

export const policy = {
  name: "write-through",
  api: 1,
  description: "writes downloaded and copied files back and drops them from page cache",
  args: { minSize: "64MiB" }, // smaller files: tokenizers, configurations, worth no disk write of their own
};

export function evict({ trigger, file, args }) {
  if (trigger !== "written" || !file || file.inUse || file.size < args.minSize) return [];
  return [{ file: file.id, writeBack: true, reason: "written, and nobody reads it" }];
}
