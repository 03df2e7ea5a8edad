// expect TIMEOUT
export const policy = { name: "bad", api: 1 };
export function prefetch() { for (;;) { try { for (;;) {} } catch { continue; } } }
