// expect TIMEOUT LIMIT
export const policy = { name: "bad", api: 1 };
export function prefetch() { let x = 2n; for (;;) { x = x * x; } }
