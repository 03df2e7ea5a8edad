// expect BAD_RESULT
export const policy = { name: "bad", api: 1 };
export function prefetch() { const a = []; a.length = 4e9; return [{ action: "remember", state: { a } }]; }
