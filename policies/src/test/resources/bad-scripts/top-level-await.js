// expect load INVALID
export const policy = { name: "bad", api: 1 };
await new Promise(() => {});
export function prefetch() { return []; }
