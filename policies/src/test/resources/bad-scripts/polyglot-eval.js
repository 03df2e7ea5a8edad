// expect THROWN
export const policy = { name: "bad", api: 1 };
export function prefetch() { return Polyglot.eval("js", "1"); }
