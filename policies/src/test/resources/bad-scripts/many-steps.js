// expect BAD_RESULT
export const policy = { name: "bad", api: 1 };
export function prefetch() { const all = []; all.length = 10_000_000; return all; }
