// expect BAD_RESULT
export const policy = { name: "bad", api: 1 };
export function prefetch({ file }) { const all = [{ get file() { all.length = 0; return "1:1"; } }, {}]; return all; }
