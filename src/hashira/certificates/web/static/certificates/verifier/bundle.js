// The trust bundle (docs/reference/trust-bundle.md): the container of one signed file, and its deltas. What is in
// it, `bundle_trust.js` reads.

import { base64url, concat, equal, hex, sha256, text, utf8 } from "./octets.js";
import { isObject, readJson } from "./json.js";
import { verifyEc } from "./curve.js";
import { point, thumbprint, Trust } from "./bundle_trust.js";

const MAGIC = utf8("HASHIRA1");
const SIGNATURE = 64;

export const LARGEST = 64 * 1024 * 1024;

/** The bundle cannot be used; nothing of it is believed. */
export class BundleNotUsable extends Error {
  constructor(ja, en) {
    super(en);
    this.reason = { ja, en };
  }
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
    return new Trust(head, blobs);
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
