// expect load TIMEOUT LIMIT
export const policy = { name: "bad", api: 1 };
for (;;) {}
