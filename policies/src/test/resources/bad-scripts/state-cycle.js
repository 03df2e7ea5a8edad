// expect BAD_RESULT
export const policy = { name: "bad", api: 1 };
export function prefetch() { const s = {}; s.a = s; s.b = s; return [{ action: "remember", state: s }]; }
