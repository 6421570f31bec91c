// Keys and signatures on elliptic curves and of RSA. P-256, P-384 and P-521 are the browser's own; the
// brainpool curves, on which several states sign, it does not know, so those are computed here. Verifying
// handles no secret: nothing leaks by the time it takes.

import { tables } from "./tables.js";
import { concat, number, ofNumber } from "./octets.js";

const OWN = { secp256r1: "P-256", secp384r1: "P-384", secp521r1: "P-521" };

let known = null;

/** Every known curve: y² = x³ + ax + b mod p, base point (x, y) of order n. */
export function curves() {
  known ??= tables().curves.map(({ name, octets, ...parameters }) => ({
    name,
    octets,
    ...Object.fromEntries(Object.entries(parameters).map(([k, v]) => [k, BigInt(`0x${v}`)])),
  }));
  return known;
}

export const curveNamed = (name) => curves().find((curve) => curve.name === name);

const mod = (value, m) => ((value % m) + m) % m;

function inverse(value, m) {
  let [a, b, x, y] = [mod(value, m), m, 1n, 0n];
  while (b) {
    const q = a / b;
    [a, b, x, y] = [b, a - q * b, y, x - q * y];
  }
  return mod(x, m);
}

function power(base, exponent, m) {
  let result = 1n;
  for (let b = mod(base, m), e = exponent; e; e >>= 1n, b = (b * b) % m) if (e & 1n) result = (result * b) % m;
  return result;
}

/** A point (SEC 1 §2.3.4), compressed or not, as {x, y}; throws where it is not on the curve. */
export function readPoint(curve, octets) {
  const { p, a, b, octets: size } = curve;
  const x = number(octets.subarray(1, 1 + size));
  const right = mod(x * x * x + a * x + b, p);
  let y;
  if ([4, 6, 7].includes(octets[0]) && octets.length === 1 + 2 * size) {
    y = number(octets.subarray(1 + size));
    // The hybrid form says in its first octet, too, whether y is odd.
    if (octets[0] !== 4 && Number(y & 1n) !== (octets[0] & 1)) throw new Error("no point");
  }
  else if ((octets[0] === 2 || octets[0] === 3) && octets.length === 1 + size) {
    y = power(right, (p + 1n) / 4n, p);  // every p of the table is 3 mod 4
    if (Number(y & 1n) !== (octets[0] & 1)) y = p - y;
  } else throw new Error("no point");
  if (x >= p || y >= p || mod(y * y, p) !== right) throw new Error("not on the curve");
  return { x, y };
}

function add(curve, one, other) {
  if (!one || !other) return one ?? other;
  const { p, a } = curve;
  if (one.x === other.x && mod(one.y + other.y, p) === 0n) return null;
  const slope = one.x === other.x
    ? mod((3n * one.x * one.x + a) * inverse(2n * one.y, p), p)
    : mod((other.y - one.y) * inverse(other.x - one.x, p), p);
  const x = mod(slope * slope - one.x - other.x, p);
  return { x, y: mod(slope * (one.x - x) - one.y, p) };
}

function multiply(curve, point, factor) {
  let sum = null;
  for (let p = point, f = factor; f; f >>= 1n, p = add(curve, p, p)) if (f & 1n) sum = add(curve, sum, p);
  return sum;
}

/** Whether R‖S is a signature over the message (FIPS 186-5 §6.4.2), on a curve the browser does not know. */
async function verifyHere(key, hash, signature, message) {
  const { curve, point } = key;
  const [r, s] = [number(signature.subarray(0, curve.octets)), number(signature.subarray(curve.octets))];
  if (r < 1n || r >= curve.n || s < 1n || s >= curve.n) return false;
  const digest = new Uint8Array(await crypto.subtle.digest(hash, message));
  const surplus = BigInt(Math.max(0, digest.length * 8 - curve.n.toString(2).length));
  const e = number(digest) >> surplus;
  const w = inverse(s, curve.n);
  const base = multiply(curve, { x: curve.x, y: curve.y }, mod(e * w, curve.n));
  const sum = add(curve, base, multiply(curve, point, mod(r * w, curve.n)));
  return sum !== null && mod(sum.x, curve.n) === r;
}

/** A public key of a point; throws where it is not on the curve. */
export async function ecKey(curve, octets) {
  const point = readPoint(curve, octets);
  const raw = concat(Uint8Array.of(4), ofNumber(point.x, curve.octets), ofNumber(point.y, curve.octets));
  const own = OWN[curve.name];
  const handle = own
    ? await crypto.subtle.importKey("raw", raw, { name: "ECDSA", namedCurve: own }, false, ["verify"])
    : null;
  return { kind: "ec", curve, point, raw, handle };
}

/** Whether the signature R‖S, of exactly twice a coordinate, is the key's over the message. */
export async function verifyEc(key, hash, signature, message) {
  if (signature.length !== 2 * key.curve.octets) return false;
  if (!key.handle) return verifyHere(key, hash, signature, message);
  return crypto.subtle.verify({ name: "ECDSA", hash }, key.handle, signature, message);
}
