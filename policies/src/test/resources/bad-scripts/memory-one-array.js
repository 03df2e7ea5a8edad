// expect LIMIT TIMEOUT
export const policy = { name: "bad", api: 1 };
export function prefetch() { const all = new Array(1e8).fill({}); return all; }
