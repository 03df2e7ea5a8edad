// expect load TIMEOUT LIMIT
export const policy = { get name() { for (;;) {} }, api: 1 };
export function prefetch() { return []; }
