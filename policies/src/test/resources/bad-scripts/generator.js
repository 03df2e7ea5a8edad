// expect BAD_RESULT
export const policy = { name: "bad", api: 1 };
export function* prefetch() { for (;;) { yield { file: "1:1" }; } }
