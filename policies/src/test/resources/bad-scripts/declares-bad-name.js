// expect load INVALID
export const policy = { name: "Bad Name", api: 1 };
export function prefetch() { return []; }
