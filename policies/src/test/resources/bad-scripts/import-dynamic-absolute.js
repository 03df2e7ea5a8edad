// expect BAD_RESULT
export const policy = { name: "bad", api: 1 };
export async function prefetch() { await import("/etc/passwd"); return []; }
