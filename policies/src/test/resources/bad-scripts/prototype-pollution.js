// expect ok
export const policy = { name: "bad", api: 1 };
Object.prototype.polluted = 1;
Array.prototype.map = () => "mine";
JSON.stringify = () => { throw new Error("mine"); };
Object.prototype.priority = 99;
String = () => "mine";
export function prefetch() { return []; }
