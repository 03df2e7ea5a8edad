// expect LIMIT TIMEOUT
export const policy = { name: "bad", api: 1 };
const f = n => f(n + 1) + 1;
export function prefetch() { return f(0); }
