// `hash-fhir` (RFC 002 of the SMART Health Cards repository): the name of a card that has no `rid`.

import { canonicalJson } from "./json.js";
import { sha256, toBase64url, utf8 } from "./octets.js";
import { malformed } from "./verdict.js";

export async function bundleDigest(bundle) {
  let text;
  try {
    text = canonicalJson(bundle);
  } catch {
    throw malformed("中身を一意に書けません", "its bundle has no canonical form");
  }
  return toBase64url((await sha256(utf8(toBase64url(utf8(text))))).subarray(0, 8));
}
