// The trust bundle (docs/reference/trust-bundle.md): keys, authorities and statuses in one signed file. The only
// module that knows its form.

import { base64, base64url, concat, equal, hex, ofNumber, number, sha256, text, toBase64url, utf8 } from "./octets.js";
import { isObject, readJson } from "./json.js";
import { curveNamed, ecKey, verifyEc } from "./curve.js";
import { readCertificate } from "./x509.js";
import { Cascade, fingerprint } from "./cascade.js";

const MAGIC = utf8("HASHIRA1");
const SIGNATURE = 64, MARK = 16, LARGEST = 64 * 1024 * 1024;

/** The bundle cannot be used; nothing of it is believed. */
export class BundleNotUsable extends Error {
  constructor(ja, en) {
    super(en);
    this.reason = { ja, en };
  }
}

const point = (x, y) => ecKey(curveNamed("secp256r1"), concat(Uint8Array.of(4), coordinate(x), coordinate(y)));

function coordinate(written) {
  const octets = base64url(written);
  if (octets.length > 32) throw new Error("a coordinate of P-256 has 32 octets");
  return ofNumber(number(octets), 32);
}

/** RFC 7638, over the coordinates as they are written. */
async function thumbprint(x, y) {
  return toBase64url(await sha256(utf8(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`)));
}

function split(octets) {
  if (octets.length < MAGIC.length + 4 + SIGNATURE || octets.length > LARGEST) {
    throw new BundleNotUsable("信頼情報のファイルではありません", "it is no bundle");
  }
  if (!equal(octets.subarray(0, MAGIC.length), MAGIC)) {
    throw new BundleNotUsable("信頼情報のファイルではありません", "it is no bundle");
  }
  const body = octets.subarray(0, -SIGNATURE), signature = octets.subarray(-SIGNATURE);
  const start = MAGIC.length + 4;
  const length = new DataView(octets.buffer, octets.byteOffset).getUint32(MAGIC.length);
  if (start + length > body.length) throw new BundleNotUsable("途中で切れています", "it is cut off");
  try {
    const head = plain(readJson(text(body.subarray(start, start + length))));
    return { head, body, signature, blobs: body.subarray(start + length) };
  } catch {
    throw new BundleNotUsable("見出しを読めません", "its head is not readable");
  }
}

const plain = (value) =>
  isObject(value)
    ? Object.fromEntries([...value].map(([name, inside]) => [name, plain(inside)]))
    : Array.isArray(value) ? value.map(plain) : value;

/** The bundle, if the key with the pinned thumbprint signed it; throws BundleNotUsable. Age is not judged. */
export async function readBundle(octets, pinned) {
  const { head, body, signature, blobs } = split(octets);
  let key, signer;
  try {
    signer = await thumbprint(head.signer.x, head.signer.y);
    key = await point(head.signer.x, head.signer.y);
  } catch {
    throw new BundleNotUsable("見出しを読めません", "its head is not readable");
  }
  if (signer !== pinned) throw new BundleNotUsable("固定した鍵の署名ではありません", "it is not signed with the pinned key");
  if (!(await verifyEc(key, "SHA-256", signature, body))) {
    throw new BundleNotUsable("電子署名が一致しません", "its signature does not match");
  }
  try {
    return new Bundle(head, blobs);
  } catch {
    throw new BundleNotUsable("中身を読めません", "its content is not readable");
  }
}

/** The later bundle that a delta makes of this one; it is still to be verified. */
export async function applyDelta(base, delta) {
  const parts = [];
  let document;
  try {
    document = plain(readJson(text(delta)));
    let total = 0;
    for (const op of document.ops) {
      const part = typeof op === "string" ? base64url(op) : base.subarray(op[0], op[0] + op[1]);
      if (typeof op !== "string" && part.length !== op[1]) throw new Error("a span outside the file");
      total += part.length;
      if (total > LARGEST) throw new Error("too large");
      parts.push(part);
    }
  } catch {
    throw new BundleNotUsable("差分を読めません", "the delta is not readable");
  }
  const target = concat(...parts);
  if (document.base !== hex(await sha256(base)) || document.target !== hex(await sha256(target))) {
    throw new BundleNotUsable("差分のもとか結果が違います", "the delta is for another version");
  }
  return target;
}

/** Whom a verification believes: keys of cards, authorities of states, and what became of certificates. */
export class Bundle {
  #keys = new Map();
  #anchors;
  #authorities = null;
  #statuses;

  constructor(head, blobs) {
    const blob = ([offset, length]) => {
      if (!(offset >= 0 && length >= 0 && offset + length <= blobs.length)) throw new Error("a blob outside the file");
      return blobs.subarray(offset, offset + length);
    };
    this.version = head.version;
    this.issuedAt = head.issued;
    this.until = head.until;
    for (const key of [...head.keys].sort((a, b) => (a.iss === null) - (b.iss === null))) {
      let handle = null;
      const x5c = (key.x5c ?? []).map(base64);
      const known = { issuer: key.iss, kid: key.kid, x5c, publicKey: () => (handle ??= point(key.x, key.y)) };
      this.#keys.set(key.kid, [...(this.#keys.get(key.kid) ?? []), known]);
    }
    this.#anchors = head.anchors.map(base64);
    this.states = head.states;
    this.compromised = new Set(head.compromised);
    this.#statuses = new Map(head.status.map((known) => [known.kid, {
      end: known.end,
      revoked: marks(blob(known.revoked)),
      sections: known.sections.map((s) => ({ from: s.from, to: s.to, cascade: new Cascade(blob(s.cascade)) })),
    }]));
  }

  /** The published keys of that name; those of an issuer before those given for whatever they sign. */
  keysOf(kid) {
    return this.#keys.get(kid) ?? [];
  }

  /** The readable authorities: lists of states hold certificates that nobody can read. */
  async authorities() {
    this.#authorities ??= Promise.all(this.#anchors.map((der) => readCertificate(der).catch(() => null)));
    return (await this.#authorities).filter(Boolean);
  }

  covers(kid) {
    return this.#statuses.has(kid);
  }

  /** `good`, `revoked`, `unknown-yet` or `not-covered`; `revoked` only by an exact answer. */
  async standing(kid, identifier, moment) {
    const known = this.#statuses.get(kid);
    if (!known) return "not-covered";
    const mark = await fingerprint(kid, identifier);
    if (known.revoked.has(hex(mark))) return "revoked";
    if (moment >= known.end) return "unknown-yet";
    const section = known.sections.find(({ from, to }) => from <= moment && moment < to);
    if (!section) return "not-covered";
    return section.cascade.revoked(mark) ? "revoked" : "good";
  }
}

function marks(octets) {
  if (octets.length % MARK) throw new Error("a list that is not whole");
  const set = new Set();
  for (let at = 0; at < octets.length; at += MARK) set.add(hex(octets.subarray(at, at + MARK)));
  return set;
}
