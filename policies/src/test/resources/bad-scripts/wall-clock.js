// expect ok
export const policy = { name: "bad", api: 1 };
const t = Date.now();
export function prefetch({ time }) {
  const seen = [Date.now(), new Date().getTime(), +new Date(Date.now())];
  for (const s of seen) { if (Math.abs(s / 1000 - time) > 0.01) throw new Error("clock " + s); }
  if (t !== 0) throw new Error("clock " + t);
  return [];
}
