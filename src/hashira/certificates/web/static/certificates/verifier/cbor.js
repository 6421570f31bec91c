// CBOR from strangers (RFC 8949), read one way only and exactly as the server reads it: no key twice, nothing
// behind it, bounded depth. Of the tags only that of a written time stands for its text; those that make objects
// are refused, and an unknown one is kept as something that no certificate holds.

import { Real } from "./json.js";
import { hex, text as utf8Text } from "./octets.js";

const DEEPEST = 32;
const BYTES = 2, TEXT = 3, LIST = 4, MAP = 5, TAG = 6, SIMPLE = 7;
const BREAK = 0xff;
const TAG_TIME = 0, TAG_SELF = 55799;
const REFUSED_TAGS = new Set([1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43000]);

export class NotCbor extends Error {}

const refuse = (why) => { throw new NotCbor(why); };

/** A tagged or simple value, or "undefined": nothing of a certificate. `key` tells two of them apart. */
export class Strange {
  constructor(key, truthy) {
    this.key = key;
    this.truthy = truthy;
  }
}

/** A map; its keys are equal where the server's are: 1, 1.0 and true are one. */
export class CborMap {
  #index = new Map();
  entries = [];

  set(key, value) {
    const name = nameOf(key);
    if (this.#index.has(name)) refuse("a key is there twice");
    this.#index.set(name, value);
    this.entries.push([key, value]);
  }

  get size() {
    return this.entries.length;
  }

  has(key) {
    return this.#index.has(nameOf(key));
  }

  get(key) {
    return this.#index.get(nameOf(key));
  }
}

let strangers = 0;

/** A text that two values share where they are equal. */
function nameOf(value) {
  if (value === null) return "null";
  if (typeof value === "string") return `text ${value}`;
  if (typeof value === "boolean") return `number ${Number(value)}`;
  if (typeof value === "number" || typeof value === "bigint") return `number ${value}`;
  if (value instanceof Real) {
    if (Number.isNaN(value.value)) return `nan ${strangers++}`;
    return `number ${Number.isInteger(value.value) ? BigInt(value.value) : value.value}`;
  }
  if (value instanceof Uint8Array) return `octets ${hex(value)}`;
  if (value instanceof Strange) return value.key;
  if (Array.isArray(value)) return JSON.stringify(value.map(nameOf));
  return `map ${JSON.stringify(value.entries.map(([k, v]) => [nameOf(k), nameOf(v)]).sort())}`;
}

/** Whether the server would take the value for true. */
export function truthy(value) {
  if (value instanceof Strange) return value.truthy;
  if (value instanceof Real) return value.value !== 0;
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length > 0;
  if (value instanceof CborMap) return value.size > 0;
  return Boolean(value);
}

/** The value; throws NotCbor. The caller bounds the length. */
export function readCbor(octets) {
  const [value] = item(octets, 0, 0);
  if (endOfItem(octets, 0) !== octets.length) refuse("something stands behind the item");
  return value;
}

function item(octets, at, depth) {
  const [major, argument, start] = head(octets, at);
  switch (major) {
    case 0:
    case 1: {
      if (argument === null) refuse("a number of no length");
      const exact = integerAt(octets, at, start);
      const value = major === 0 ? exact : -1n - exact;
      const number = Number(value);
      return [Number.isSafeInteger(number) ? number : value, start];
    }
    case BYTES:
    case TEXT:
      return string(octets, major, argument, start);
    case LIST:
    case MAP:
    case TAG:
      if (depth >= DEEPEST) refuse("nested too deeply");
      if (major === TAG) return tagged(octets, argument, start, depth);
      return major === LIST ? list(octets, argument, start, depth) : map(octets, argument, start, depth);
    default:
      return simple(octets, at, argument, start);
  }
}

/** The argument of a head, exactly. */
function integerAt(octets, at, start) {
  const short = octets[at] & 31;
  if (short < 24) return BigInt(short);
  return BigInt(`0x${hex(octets.subarray(at + 1, start))}`);
}

function string(octets, major, argument, start) {
  const decoded = (part) => {
    if (major === BYTES) return part;
    try {
      return utf8Text(part);
    } catch {
      return refuse("text that is no UTF-8");
    }
  };
  if (argument !== null) {
    if (start + argument > octets.length) refuse("cut off");
    return [decoded(octets.subarray(start, start + argument)), start + argument];
  }
  const parts = [];
  let at = start;
  for (;;) {
    if (octets[at] === BREAK) break;
    const [inside, length, from] = head(octets, at);
    if (inside !== major || length === null || from + length > octets.length) refuse("a piece of another type");
    parts.push(decoded(octets.subarray(from, from + length)));
    at = from + length;
  }
  const whole = major === TEXT ? parts.join("") : Uint8Array.from(parts.flatMap((part) => [...part]));
  return [whole, at + 1];
}

function list(octets, argument, start, depth) {
  const items = [];
  let at = start;
  for (let i = 0; argument === null ? octets[at] !== BREAK : i < argument; i++) {
    const [value, end] = item(octets, at, depth + 1);
    items.push(value);
    at = end;
  }
  return [items, argument === null ? at + 1 : at];
}

function map(octets, argument, start, depth) {
  const members = new CborMap();
  let at = start;
  for (let i = 0; argument === null ? octets[at] !== BREAK : i < argument; i++) {
    const [key, middle] = item(octets, at, depth + 1);
    const [value, end] = item(octets, middle, depth + 1);
    members.set(key, value);
    at = end;
  }
  return [members, argument === null ? at + 1 : at];
}

function tagged(octets, tag, start, depth) {
  if (tag === null) refuse("a tag of no length");
  if (REFUSED_TAGS.has(tag)) refuse("a tag that no certificate needs");
  const [value, end] = item(octets, start, depth + 1);
  if (tag === TAG_SELF) return [value, end];
  if (tag !== TAG_TIME) return [new Strange(`tag ${tag} ${nameOf(value)}`, true), end];
  if (typeof value !== "string") refuse("a time that is no text");
  return [value, end];
}

function simple(octets, at, argument, start) {
  const short = octets[at] & 31;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  if (short === 25) return [new Real(half(view.getUint16(at + 1))), start];
  if (short === 26) return [new Real(view.getFloat32(at + 1)), start];
  if (short === 27) return [new Real(view.getFloat64(at + 1)), start];
  if (argument === null || (short === 24 && argument < 32)) refuse("no simple value");
  if (argument === 20 || argument === 21) return [argument === 21, start];
  if (argument === 22) return [null, start];
  if (argument === 23) return [new Strange("undefined", false), start];
  return [new Strange(`number ${argument}`, true), start];
}

function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 0x3ff;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
}

/** Major type, argument (null: of indefinite length) and the place behind it (RFC 8949 §3). */
export function head(octets, at) {
  if (at >= octets.length) refuse("cut off");
  const major = octets[at] >> 5, short = octets[at] & 31;
  if (short < 24) return [major, short, at + 1];
  if (short === 31) return [major, null, at + 1];
  if (short > 27) refuse("a length that RFC 8949 does not have");
  const behind = at + 1 + 2 ** (short - 24);
  if (behind > octets.length) refuse("cut off");
  let argument = 0;
  for (let i = at + 1; i < behind; i++) argument = argument * 256 + octets[i];
  return [major, argument, behind];
}

/** The byte string of definite length at a place, and the place behind it. */
export function octetsAt(octets, at) {
  const [major, length, start] = head(octets, at);
  if (major !== BYTES || length === null || start + length > octets.length) {
    refuse("no byte string where there must be one");
  }
  return [octets.subarray(start, start + length), start + length];
}

/** The place behind the item that begins at a place. */
export function endOfItem(octets, place, depth = 0) {
  if (depth > DEEPEST) refuse("nested too deeply");
  const [major, argument, start] = head(octets, place);
  let at = start;
  if (argument === null) {
    if (![BYTES, TEXT, LIST, MAP].includes(major)) refuse("a break without a beginning");
    while (at < octets.length && octets[at] !== BREAK) at = endOfItem(octets, at, depth + 1);
    at += 1;
  } else if (major === BYTES || major === TEXT) at += argument;
  else if (major === LIST || major === MAP) {
    const count = Math.min(argument * (major === MAP ? 2 : 1), octets.length + 1);
    for (let i = 0; i < count; i++) at = endOfItem(octets, at, depth + 1);
  } else if (major === TAG) at = endOfItem(octets, at, depth + 1);
  if (at > octets.length) refuse("cut off");
  return at;
}
