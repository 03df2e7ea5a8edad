// expect LIMIT TIMEOUT
export const policy = { name: "bad", api: 1 };
export function prefetch() { const all = []; for (let i = 0; ; i++) { all.push("x".repeat(1000000) + i); } }
