// expect ok
export const policy = { name: "bad", api: 1 };
import * as me from "./import-cycle.js";
export function prefetch() { return me.policy.name === "bad" ? [] : 1; }
