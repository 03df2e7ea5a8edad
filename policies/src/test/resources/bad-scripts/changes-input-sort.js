// expect THROWN
export const policy = { name: "bad", api: 1 };
export function prefetch({ load }) { load.files.sort(() => -1); return []; }
