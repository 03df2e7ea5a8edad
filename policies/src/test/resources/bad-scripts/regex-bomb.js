// expect TIMEOUT
export const policy = { name: "bad", api: 1 };
export function prefetch() { return /^(\w+\s?)*\1$/.test("a".repeat(60) + "!") ? [] : null; }
