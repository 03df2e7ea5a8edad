// expect load INVALID
export function prefetch() { return []; }
