// expect LIMIT TIMEOUT ok
export const policy = { name: "bad", api: 1 };
const kept = [];
export function prefetch() { for (let i = 0; i < 1e6; i++) { kept.push({ i }); } return []; }
