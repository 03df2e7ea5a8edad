// expect BAD_RESULT
export const policy = { name: "bad", api: 1 };
export async function prefetch() { const m = await import("./linked.js"); return [m]; }
