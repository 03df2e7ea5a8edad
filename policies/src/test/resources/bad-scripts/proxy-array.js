// expect BAD_RESULT
export const policy = { name: "bad", api: 1 };
export function prefetch() { return new Proxy([], { get: (t, k) => (k === "length" ? 1e15 : t[k]) }); }
