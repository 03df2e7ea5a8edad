// expect BAD_RESULT
export const policy = { name: "bad", api: 1 };
export function prefetch() { return import("../secret.js"); }
