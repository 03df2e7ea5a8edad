// expect LIMIT TIMEOUT
export const policy = { name: "bad", api: 1 };
export function prefetch() { const m = new Map(); for (let i = 0; ; i++) { m.set("key" + i, { i }); } }
