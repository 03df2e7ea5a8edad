// expect BAD_RESULT THROWN
export const policy = { name: "bad", api: 1 };
export function prefetch() { return [new Proxy({}, { ownKeys: () => ["file", "x"], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }) })]; }
