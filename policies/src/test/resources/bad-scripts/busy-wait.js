// expect TIMEOUT LIMIT
export const policy = { name: "bad", api: 1 };
export function prefetch() { const end = Date.now() + 5; while (Date.now() < end) {} return []; }
