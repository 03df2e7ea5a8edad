// Runs before a policy's own code, once per context. What is not named here is taken away.
(log, now) => {
  "use strict";
  const kept = new Set([
    "Object", "Function", "Array", "String", "Number", "Boolean", "BigInt", "Symbol", "Math", "JSON", "Map", "Set",
    "WeakMap", "WeakSet", "RegExp", "Reflect", "Proxy", "Promise", "Iterator", "Intl", "Error", "AggregateError",
    "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError", "NaN", "Infinity", "undefined",
    "isNaN", "isFinite", "parseFloat", "parseInt", "encodeURI", "encodeURIComponent", "decodeURI", "decodeURIComponent",
    "globalThis",
  ]);
  const RealDate = globalThis.Date;
  for (const key of Reflect.ownKeys(globalThis)) {
    if (typeof key === "string" && !kept.has(key)) {
      delete globalThis[key];
    }
  }

  // Time is the input's: the same input gives the same plan, in the daemon and in a test.
  const { construct } = Reflect;
  function Date(...parts) {
    if (new.target === undefined) {
      return new RealDate(now()).toString();
    }
    return construct(RealDate, parts.length === 0 ? [now()] : parts, new.target);
  }
  Date.prototype = RealDate.prototype;
  Date.prototype.constructor = Date;
  Date.now = () => now();
  Date.parse = RealDate.parse;
  Date.UTC = RealDate.UTC;

  // Kept from what the policy may do to its own globals later.
  const { stringify } = JSON;
  const text = String;
  const longest = 1000;
  function shown(value) {
    if (typeof value === "string") {
      return value;
    }
    try {
      return (typeof value === "object" && stringify(value)) || text(value);
    } catch {
      return "(cannot be shown)";
    }
  }
  function line(prefix, values) {
    let all = prefix;
    for (let i = 0; i < values.length && all.length <= longest; i++) {
      all += (i > 0 ? " " : "") + shown(values[i]);
    }
    log(all);
  }
  const console = {
    log: (...values) => line("", values),
    info: (...values) => line("", values),
    debug: (...values) => line("", values),
    warn: (...values) => line("warn: ", values),
    error: (...values) => line("error: ", values),
  };
  const define = (name, value) =>
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  define("Date", Date);
  define("console", console);
}
