// expect THROWN
export const policy = { name: "bad", api: 1 };
"use strict";
export function prefetch(input) {
  input.file.size = 0;
  return [];
}
