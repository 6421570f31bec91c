// JSON from strangers, read one way only: no member twice, no depth that nobody needs; and its canonical form
// (RFC 8785). JSON.parse keeps the last of two equal members and forgets whether a number had a point, and
// both change what a signature covers; so this reads it itself.

const DEEPEST = 254;
const DEEPEST_CANONICAL = 100;

/** A number with a point or an exponent: 1.0 is no dose number. */
export class Real {
  constructor(value) { this.value = value; }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const BLANKS = /[ \t\n\r]*/y;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/**
 * The value: Map for an object, Array, string, boolean, null; number for an integer that JavaScript keeps
 * exactly, bigint for a longer one, Real for the others. Throws where it is no JSON.
 */
export function readJson(source) {
  if (/[\ud800-\udfff]/u.test(source)) throw new Error("a lone surrogate");
  let at = 0;
  const wrong = () => { throw new Error(`not JSON at ${at}`); };
  const match = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (!found) wrong();
    at = pattern.lastIndex;
    return found;
  };
  const take = (letter) => {
    if (source[at] !== letter) wrong();
    at++;
  };
  const word = (letters, value) => {
    if (!source.startsWith(letters, at)) wrong();
    at += letters.length;
    return value;
  };
  const string = () => {
    take('"');
    let value = "";
    for (;;) {
      value += match(PLAIN)[0];
      if (source[at] === '"') break;
      take("\\");
      const letter = source[at++];
      if (letter === "u") {
        const digits = source.slice(at, at + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) wrong();
        value += String.fromCharCode(parseInt(digits, 16));
        at += 4;
      } else {
        if (!Object.hasOwn(ESCAPES, letter ?? "")) wrong();
        value += ESCAPES[letter];
      }
    }
    at++;
    if (/[\ud800-\udfff]/u.test(value)) wrong();
    return value;
  };
  const numeral = () => {
    const [written, fraction, exponent] = match(NUMBER);
    if (fraction || exponent) {
      const value = Number(written);
      if (!Number.isFinite(value)) wrong();
      return new Real(value);
    }
    const value = Number(written) + 0;  // -0 is 0
    if (Number.isSafeInteger(value)) return value;
    const exact = BigInt(written);
    // Beyond 64 bits the server's reader, too, gives up on exactness.
    if (exact >= 1n << 64n || exact < -(1n << 63n)) {
      if (!Number.isFinite(value)) wrong();
      return new Real(value);
    }
    return exact;
  };
  const value = (depth) => {
    if (depth > DEEPEST) throw new Error("nested too deeply");
    match(BLANKS);
    const letter = source[at];
    let read;
    if (letter === "{") {
      at++;
      read = new Map();
      match(BLANKS);
      if (source[at] === "}") at++;
      else for (;;) {
        match(BLANKS);
        const name = string();
        if (read.has(name)) throw new Error("a member is there twice");
        match(BLANKS);
        take(":");
        read.set(name, value(depth + 1));
        if (source[at] === ",") { at++; continue; }
        take("}");
        break;
      }
    } else if (letter === "[") {
      at++;
      read = [];
      match(BLANKS);
      if (source[at] === "]") at++;
      else for (;;) {
        read.push(value(depth + 1));
        if (source[at] === ",") { at++; continue; }
        take("]");
        break;
      }
    } else if (letter === '"') read = string();
    else if (letter === "t") read = word("true", true);
    else if (letter === "f") read = word("false", false);
    else if (letter === "n") read = word("null", null);
    else read = numeral();
    match(BLANKS);
    return read;
  };
  const read = value(0);
  if (at !== source.length) wrong();
  return read;
}

/** The canonical form as text; throws for what has none: an integer no reader keeps, or too great a depth. */
export function canonicalJson(value, depth = DEEPEST_CANONICAL) {
  if (typeof value === "bigint") throw new Error("an integer that readers change");
  if (value instanceof Real) return JSON.stringify(value.value === 0 ? 0 : value.value);
  if (!(value instanceof Map || Array.isArray(value))) return JSON.stringify(value);
  if (depth === 0) throw new Error("nested too deeply");
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth - 1)).join(",")}]`;
  const names = [...value.keys()].sort((a, b) => (a < b ? -1 : 1));  // by UTF-16 code units, as RFC 8785 asks
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(value.get(name), depth - 1)}`).join(",")}}`;
}

export const isObject = (value) => value instanceof Map;
