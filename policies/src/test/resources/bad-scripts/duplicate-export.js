// expect load INVALID
export const policy = { name: "bad", api: 1 };
export function prefetch() {}
export function prefetch() {}
