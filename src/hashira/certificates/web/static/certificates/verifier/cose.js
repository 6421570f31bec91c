// COSE_Sign1 (RFC 9052 §4.2), as HCERT uses it. The octets that are signed are joined from those that were read,
// never written anew.

import { concat, utf8 } from "./octets.js";
import { CborMap, endOfItem, head, NotCbor, octetsAt, readCbor } from "./cbor.js";
import { verifyEc } from "./curve.js";
import { verifyPss } from "./x509.js";

const ALG = 1, CRIT = 2, KID = 4;
const TAG = 6, LIST = 4, PARTS = 4;
export const PS256 = -37;
const HASHES = new Map([[-7, "SHA-256"], [-35, "SHA-384"], [-36, "SHA-512"]]);
const CONTEXT = concat(Uint8Array.of(0x84, 0x6a), utf8("Signature1"));
const NO_EXTERNAL_DATA = Uint8Array.of(0x40);

export class NotCose extends Error {}
export class AlgorithmUnsupported extends Error {}

/** `{algorithm, kid, payload, message, signature}`; throws NotCose or AlgorithmUnsupported. */
export function readCose(octets) {
  try {
    let at = behindTags(octets), major, parts, protectedPart, payload, signature;
    [major, parts, at] = head(octets, at);
    if (major !== LIST || parts !== PARTS) throw new NotCose("no list of four");
    [protectedPart, at] = octetsAt(octets, at);
    const end = endOfItem(octets, at);
    const unprotected = octets.subarray(at, end);
    [payload, at] = octetsAt(octets, end);
    [signature, at] = octetsAt(octets, at);
    if (at !== octets.length) throw new NotCose("something stands behind the signature");
    return { ...headers(protectedPart, unprotected), payload, signature, message: toBeSigned(protectedPart, payload) };
  } catch (error) {
    throw error instanceof NotCbor ? new NotCose(error.message) : error;
  }
}

/** Tagged as COSE_Sign1, also within the tag of a CWT (RFC 8392 §6), or without any tag. */
function behindTags(octets) {
  const seen = [];
  let at = 0;
  while (at < octets.length && octets[at] >> 5 === TAG) {
    const [, tag, behind] = head(octets, at);
    seen.push(tag);
    at = behind;
  }
  if (!["", "18", "61,18"].includes(seen.map(String).join())) throw new NotCose("tagged as something else");
  return at;
}

/** A protected header wins over an unprotected one of the same name (HCERT 1.1.1 §2.3). */
function headers(protectedPart, unprotected) {
  const inside = protectedPart.length ? readCbor(protectedPart) : new CborMap();
  const outside = readCbor(unprotected);
  if (!(inside instanceof CborMap && outside instanceof CborMap)) throw new NotCose("a header is no map");
  if (inside.has(CRIT) || outside.has(CRIT)) throw new AlgorithmUnsupported("a critical header");
  const [algorithm, kid] = [ALG, KID].map((name) => (inside.has(name) ? inside : outside).get(name));
  if (!HASHES.has(algorithm) && algorithm !== PS256) throw new AlgorithmUnsupported("an algorithm that is not read");
  if (!(kid instanceof Uint8Array)) throw new NotCose("no key identifier");
  return { algorithm, kid };
}

/** The Sig_structure of RFC 9052 §4.4; a byte string has its shortest head, the only one that may be signed. */
const toBeSigned = (protectedPart, payload) =>
  concat(CONTEXT, stringHead(protectedPart), protectedPart, NO_EXTERNAL_DATA, stringHead(payload), payload);

function stringHead({ length }) {
  if (length < 24) return Uint8Array.of(0x40 | length);
  if (length < 1 << 8) return Uint8Array.of(0x58, length);
  if (length < 1 << 16) return Uint8Array.of(0x59, length >> 8, length & 0xff);
  return Uint8Array.of(0x5a, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff);
}

/** Whether the key made the signature in the way that the header says, on whatever curve the key is. */
export async function isSignedWith(signed, key) {
  if (key.kind === "rsa") return signed.algorithm === PS256 && verifyPss(key, signed.signature, signed.message);
  if (signed.algorithm === PS256) return false;
  return verifyEc(key, HASHES.get(signed.algorithm), signed.signature, signed.message);
}
