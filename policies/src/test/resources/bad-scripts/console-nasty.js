// expect ok
export const policy = { name: "bad", api: 1 };
export function prefetch() { const o = { toJSON() { throw 1; }, toString() { throw 2; } }; console.log(o, Symbol("s"), null, undefined, 1n, o); return []; }
