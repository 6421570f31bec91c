// Signatures of Ed25519 (RFC 8032 §5.1.7), for which many a browser in use has nothing of its own. Computed here
// for all of them, so that all say the same; verifying handles no secret.

import { concat, equal } from "./octets.js";

const P = 2n ** 255n - 19n, ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (value) => ((value % P) + P) % P;

function power(base, exponent) {
  let result = 1n;
  for (let b = mod(base), e = exponent; e; e >>= 1n, b = (b * b) % P) if (e & 1n) result = (result * b) % P;
  return result;
}

const inverse = (value) => power(value, P - 2n);
const D = mod(-121665n * inverse(121666n)), ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

/** A number, the lowest octet first. */
const little = (octets) => octets.reduceRight((sum, octet) => (sum << 8n) | BigInt(octet), 0n);

/** A point in extended coordinates (x = X/Z, y = Y/Z, xy = T/Z), §5.1.3; throws where there is none. */
function readPoint(octets) {
  const whole = little(octets), y = mod(whole & ((1n << 255n) - 1n)), odd = whole >> 255n;
  const u = mod(y * y - 1n), v = mod(D * y * y + 1n);
  let x = mod(u * v ** 3n * power(u * v ** 7n, (P - 5n) / 8n));
  if (mod(v * x * x) !== u) x = mod(x * ROOT_OF_MINUS_ONE);
  if (mod(v * x * x) !== u) throw new Error("no point");
  if ((x & 1n) !== odd) x = mod(-x);
  return [x, y, 1n, mod(x * y)];
}

/** The sum of two points, equal ones as well (§5.1.4). */
function add([x, y, z, t], [x2, y2, z2, t2]) {
  const a = mod((y - x) * (y2 - x2)), b = mod((y + x) * (y2 + x2)), c = mod(2n * D * t * t2), d = mod(2n * z * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function multiply(point, factor) {
  let sum = [0n, 1n, 1n, 0n];
  for (let p = point, f = factor; f; f >>= 1n, p = add(p, p)) if (f & 1n) sum = add(sum, p);
  return sum;
}

/** The one spelling of a point. */
function written([x, y, z]) {
  const scale = inverse(z), whole = mod(y * scale) | ((mod(x * scale) & 1n) << 255n);
  return Uint8Array.from({ length: 32 }, (_, i) => Number((whole >> BigInt(8 * i)) & 255n));
}

const BASE = readPoint(Uint8Array.of(0x58, ...new Array(31).fill(0x66)));

/** Whether the 64 octets are the signature of that key, of 32 octets, over the message. */
export async function verifyEd25519(key, signature, message) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const r = signature.subarray(0, 32), s = little(signature.subarray(32));
  if (s >= ORDER) return false;
  let [x, y, z, t] = [0n, 0n, 0n, 0n];
  try {
    [x, y, z, t] = readPoint(key);
  } catch {
    return false;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", concat(r, key, message)));
  const minus = [mod(-x), y, z, mod(-t)];
  return equal(written(add(multiply(BASE, s), multiply(minus, little(digest) % ORDER))), r);
}
