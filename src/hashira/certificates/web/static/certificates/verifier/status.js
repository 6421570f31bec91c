// What became of a certificate after it was issued: how a format names one, and what the bundle says of it.

import { sha256, toBase64url, utf8 } from "./octets.js";
import { canonicalJson } from "./json.js";
import { day } from "./vds_nc.js";
import { malformed, revoked } from "./verdict.js";

const JAPAN = 9 * 3600;

/** `hash-fhir` (RFC 002 of the SMART Health Cards repository): for cards without a `rid`. */
async function bundleDigest(bundle) {
  let text;
  try {
    text = canonicalJson(bundle);
  } catch {
    throw malformed("中身を一意に書けません", "its bundle has no canonical form");
  }
  return toBase64url((await sha256(utf8(toBase64url(utf8(text))))).subarray(0, 8));
}

/** The midnight in Japan with which the day of a certificate number begins; 0 for another kind of number. */
function momentOfNumber(number) {
  const found = /^([A-Z]{3})([0-9]{6})([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{6})$/.exec(
    (number ?? "").slice(0, 64).replace(/[ -]/g, "").toUpperCase(),
  );
  if (!found) return 0;
  const start = day(`${found[3]}-${found[4]}-${found[5]}`);
  if (start === null || Number(found[6]) < 1 || (found[1] === "JPN" && !isMunicipality(found[2]))) return 0;
  return start - JAPAN;
}

/** The check digit of a municipality's code: weights 6 to 2, then what is missing to eleven. */
function isMunicipality(code) {
  const sum = [...code.slice(0, 5)].reduce((total, digit, i) => total + Number(digit) * (6 - i), 0);
  return Number(code[5]) === (11 - (sum % 11)) % 10;
}

/** What the bundle says: `good`, `unknown-yet`, `not-covered`, or null where it was not asked. Throws `revoked`. */
export async function checkStanding({ content, evidence, card }, trust) {
  if (!trust.covers(evidence.kid)) return null;
  const [name, moment] = card
    ? [card.rid || (await bundleDigest(card.bundle)), Math.floor(card.nbf)]
    : [content.identifier, momentOfNumber(content.certificate_number)];
  const standing = await trust.standing(evidence.kid, name, moment);
  if (standing === "revoked") throw Object.assign(revoked(), { content, evidence: { ...evidence, standing } });
  return standing;
}
