// Keys of issuers of W3C credentials (DIVOC): RSA of at least 2,048 bits, or Ed25519.

import { bits, integer, oid, one } from "./der.js";
import { verifyEd25519 } from "./edwards.js";
import { concat, number, ofNumber, sha256 } from "./octets.js";

const SEQUENCE = 0x30;
const RSA = "1.2.840.113549.1.1.1", ED25519 = "1.3.101.112";
const SMALLEST_RSA_BITS = 2048;
const HASH = 32;

/** The key of a DER SubjectPublicKeyInfo; null where it is of another kind. */
export function readCredentialKey(spki) {
  try {
    const [algorithm, key] = one(spki, SEQUENCE).children();
    const kind = oid(algorithm.children()[0]);
    if (kind === ED25519) return { kind: "ed25519", octets: bits(key) };
    if (kind !== RSA) return null;
    const [modulus, exponent] = one(bits(key), SEQUENCE).children().map(integer);
    return modulus.toString(2).length < SMALLEST_RSA_BITS ? null : { kind: "rsa", spki, modulus, exponent };
  } catch {
    return null;
  }
}

/** Whether the key made the signature in the way that the suite says. */
export async function isMadeWith(key, suite, signature, message) {
  if (key?.kind === "ed25519" && suite === "Ed25519Signature2018") return verifyEd25519(key.octets, signature, message);
  if (key?.kind !== "rsa" || suite !== "RsaSignature2018") return false;
  const saltLength = await saltOf(key, signature);
  if (saltLength === null) return false;
  const handle = await crypto.subtle.importKey("spki", key.spki, { name: "RSA-PSS", hash: "SHA-256" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "RSA-PSS", saltLength }, handle, signature, message);
}

/**
 * How long the salt of a PSS signature is (RFC 8017 §9.1.2), which the browser asks for and issuers do not tell: they
 * differ in it. Null where it is no such signature. Nothing is believed by this; the browser verifies.
 */
async function saltOf({ modulus, exponent }, signature) {
  const modulusBits = modulus.toString(2).length, size = Math.ceil(modulusBits / 8), value = number(signature);
  if (signature.length !== size || value >= modulus) return null;
  let opened = 1n;
  for (let b = value, e = exponent; e; e >>= 1n, b = (b * b) % modulus) if (e & 1n) opened = (opened * b) % modulus;
  const length = Math.ceil((modulusBits - 1) / 8);
  if (opened >> BigInt(8 * length)) return null;
  const message = ofNumber(opened, length);
  const masked = message.subarray(0, length - HASH - 1), seed = message.subarray(length - HASH - 1, length - 1);
  const mask = await mgf1(seed, masked.length);
  const block = masked.map((octet, i) => octet ^ mask[i]);
  block[0] &= 0xff >> (8 * length - (modulusBits - 1));
  const begin = block.findIndex(Boolean);
  return block[begin] === 1 ? block.length - begin - 1 : null;
}

/** RFC 8017 §B.2.1, with SHA-256. */
async function mgf1(seed, length) {
  const parts = [];
  for (let i = 0; i * HASH < length; i++) parts.push(await sha256(concat(seed, ofNumber(BigInt(i), 4))));
  return concat(...parts).subarray(0, length);
}
