// expect THROWN
export const policy = { name: "bad", api: 1 };
export function prefetch() { return new WebAssembly.Memory({ initial: 1000 }); }
