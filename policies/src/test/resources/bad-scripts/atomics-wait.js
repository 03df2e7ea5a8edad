// expect THROWN
export const policy = { name: "bad", api: 1 };
export function prefetch() { Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0); return []; }
