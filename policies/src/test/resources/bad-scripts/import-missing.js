// expect load INVALID
export const policy = { name: "bad", api: 1 };
import "./no-such-file.js";
