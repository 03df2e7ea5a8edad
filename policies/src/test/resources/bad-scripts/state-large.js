// expect BAD_RESULT
export const policy = { name: "bad", api: 1 };
export function prefetch() { return [{ action: "remember", state: { text: "x".repeat(70000) } }]; }
