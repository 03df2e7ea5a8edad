// expect load INVALID
export const policy = { name: "bad", api: 1, arg: {} };
export function prefetch() { return []; }
