// expect load INVALID
export const policy = { name: "bad", api: 1, args: { window: NaN } };
export function prefetch() { return []; }
