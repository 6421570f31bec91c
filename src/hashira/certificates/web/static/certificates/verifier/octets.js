// Octets and their spellings. Strict where the server is: one octet string has one base64url text.

const URL_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const URL_VALUES = new Map([...URL_LETTERS].map((letter, value) => [letter, value]));

/** Base64url without padding (RFC 4648 §5); throws for a foreign letter or bits that stand for nothing. */
export function base64url(text) {
  const octets = new Uint8Array(Math.floor((text.length * 6) / 8));
  if (text.length % 4 === 1) throw new Error("not base64url");
  let bits = 0, held = 0, at = 0;
  for (const letter of text) {
    const value = URL_VALUES.get(letter);
    if (value === undefined) throw new Error("not base64url");
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      octets[at++] = (bits >> held) & 0xff;
    }
  }
  if (bits & ((1 << held) - 1)) throw new Error("stray bits");
  return octets;
}

/** The same, with its padding or without, as the seals of states have it. */
export function paddedBase64url(text) {
  const bare = text.replace(/=+$/, "");
  if (bare !== text && (text.length % 4 || text.length - bare.length > 2)) throw new Error("wrong padding");
  return base64url(bare);
}

/** Base64 of the other alphabet (RFC 4648 §4), padded. */
export function base64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

export function toBase64url(octets) {
  let text = "";
  for (let i = 0; i < octets.length; i += 3) {
    const three = (octets[i] << 16) | ((octets[i + 1] ?? 0) << 8) | (octets[i + 2] ?? 0);
    const letters = Math.min(4, octets.length - i + 1);
    for (let j = 0; j < letters; j++) text += URL_LETTERS[(three >> (18 - 6 * j)) & 63];
  }
  return text;
}

export const hex = (octets) => Array.from(octets, (o) => o.toString(16).padStart(2, "0")).join("");
export const utf8 = (text) => new TextEncoder().encode(text);
/** Text of UTF-8; throws where it is none, and keeps a byte order mark for the reader to refuse. */
export const text = (octets) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
export const sha256 = async (octets) => new Uint8Array(await crypto.subtle.digest("SHA-256", octets));

export function equal(a, b) {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** An unsigned number, as BigInt. */
export const number = (octets) => (octets.length ? BigInt(`0x${hex(octets)}`) : 0n);

export function ofNumber(value, length) {
  const digits = value.toString(16).padStart(2 * length, "0");
  return Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
}

const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const BEFORE = new RegExp(`^${BLANK}+`), AFTER = new RegExp(`${BLANK}+$`), BETWEEN = new RegExp(`${BLANK}+`);
/** White space as the server knows it, which is not what String.trim takes off. */
export const trimStart = (value) => value.replace(BEFORE, "");
export const trim = (value) => trimStart(value).replace(AFTER, "");
export const words = (value) => trim(value).split(BETWEEN).filter(Boolean);
/** Whether a terminal or a page shows every character as itself. */
export const printable = (value) => !/[\p{C}\p{Z}]/u.test(value.replaceAll(" ", ""));
/** How long a text is in characters, not in halves of them. */
export const length = (value) => [...value].length;
