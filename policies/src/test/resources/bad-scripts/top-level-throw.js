// expect load INVALID
export const policy = { name: "bad", api: 1 };

throw new Error("at load");
