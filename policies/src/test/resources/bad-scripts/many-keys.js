// expect BAD_RESULT
export const policy = { name: "bad", api: 1 };
export function prefetch() { const o = {}; for (let i = 0; i < 10000; i++) { o["k" + i] = i; } return [o]; }
