// expect TIMEOUT LIMIT
export const policy = { name: "bad", api: 1 };
export function prefetch() { for (;;) { console.log("x".repeat(100000)); } }
