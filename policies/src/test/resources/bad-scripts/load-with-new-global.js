// expect THROWN
export const policy = { name: "bad", api: 1 };
export function prefetch() { return loadWithNewGlobal("/etc/passwd"); }
