// expect THROWN
export const policy = { name: "bad", api: 1 };
export function prefetch() { throw new Error("line\n".repeat(10000)); }
