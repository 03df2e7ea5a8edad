// expect THROWN
export const policy = { name: "bad", api: 1 };
export function prefetch() { return Java.type("java.lang.System").exit(1); }
