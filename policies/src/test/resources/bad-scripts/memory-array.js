// expect LIMIT TIMEOUT
export const policy = { name: "bad", api: 1 };
export function prefetch() { const all = []; for (;;) { all.push(new Array(1000).fill(all.length)); } }
