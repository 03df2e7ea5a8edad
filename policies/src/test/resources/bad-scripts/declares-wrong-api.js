// expect load INVALID
export const policy = { name: "bad", api: 2 };
export function prefetch() { return []; }
