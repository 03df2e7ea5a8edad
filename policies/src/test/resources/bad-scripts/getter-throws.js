// expect THROWN
export const policy = { name: "bad", api: 1 };
export function prefetch() {
  return [{
    get file() {
      throw new Error("from a getter");
    },
  }];
}
