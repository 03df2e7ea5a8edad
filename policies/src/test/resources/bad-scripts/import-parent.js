// expect load INVALID
export const policy = { name: "bad", api: 1 };
export { secret } from "../secret.js";
