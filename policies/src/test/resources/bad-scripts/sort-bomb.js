// expect TIMEOUT LIMIT
export const policy = { name: "bad", api: 1 };
export function prefetch() { const a = Array.from({ length: 1e5 }, (_, i) => i); for (;;) { a.sort((x, y) => Math.sin(x * y)); } }
