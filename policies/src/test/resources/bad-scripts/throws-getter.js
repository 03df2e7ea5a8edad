// expect THROWN
export const policy = { name: "bad", api: 1 };
export function prefetch() { throw { get message() { for (;;) {} }, toString() { for (;;) {} } }; }
