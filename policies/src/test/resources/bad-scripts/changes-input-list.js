// expect THROWN
export const policy = { name: "bad", api: 1 };
export function prefetch({ load }) { load.files.push(1); return []; }
