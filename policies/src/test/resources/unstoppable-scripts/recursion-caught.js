// Not run by a test: the stack overflows while the engine raises the kill, which is lost, and 2^depth calls are left.
export const policy = { name: "bad", api: 1 };
function f() { try { f(); } catch { f(); } }
export function prefetch() { for (;;) { f(); } }
