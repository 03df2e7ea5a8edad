// expect LIMIT TIMEOUT
export const policy = { name: "bad", api: 1 };
export function prefetch() { let last = () => 0; for (;;) { const before = last; const big = { a: [1, 2, 3, 4, 5, 6, 7, 8] }; last = () => before() + big.a.length; } }
