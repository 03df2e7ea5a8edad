// expect THROWN LIMIT TIMEOUT
export const policy = { name: "bad", api: 1 };
export function prefetch() { let s = "x"; for (;;) { s += s; } }
