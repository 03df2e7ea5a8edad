// expect BAD_RESULT
export const policy = { name: "bad", api: 1 };
export function prefetch({ file }) { return [{ file: file.id, offset: -1 }]; }
