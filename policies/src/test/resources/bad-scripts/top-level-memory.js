// expect load TIMEOUT LIMIT
export const policy = { name: "bad", api: 1 };
const all = []; for (;;) { all.push(new Array(1000).fill(1)); }
