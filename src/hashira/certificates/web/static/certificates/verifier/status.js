// What became of a certificate after it was issued: how a format names one, and what the bundle says of it.

import { bundleDigest } from "./bundle_digest.js";
import { day } from "./vds_nc.js";
import { revoked } from "./verdict.js";

const JAPAN = 9 * 3600;

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

const cardName = async ({ rid, bundle, nbf }) =>
  [rid || (await bundleDigest(bundle).catch(() => null)), Math.floor(nbf)];

const sealName = ({ identifier, certificate_number }) => [identifier, momentOfNumber(certificate_number)];

/** What the bundle says: `good`, `unknown-yet`, `not-covered`, or null where it was not asked. Throws `revoked`. */
export async function checkStanding({ content, evidence, card, name: named }, trust) {
  if (!trust.covers(evidence.kid)) return null;
  const [name, moment] = await (named ?? (card ? () => cardName(card) : () => sealName(content)))();
  if (name === null) return null;  // nothing names it, so that it is none of those that a source knows
  const standing = await trust.standing(evidence.kid, name, moment);
  if (standing === "revoked") throw Object.assign(revoked(), { content, evidence: { ...evidence, standing } });
  return standing;
}
