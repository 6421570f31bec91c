// SMART Health Cards 1.4.0: form, key, signature, chain of the key at the time of signing, validity; in that
// order, as the server judges. What became of a card afterwards, `status.js` says.

import { base64url, length, text as utf8Text, trim, trimStart, utf8, words } from "./octets.js";
import { Real, isObject, readJson } from "./json.js";
import { inflate } from "./deflate.js";
import { verifyEc } from "./curve.js";
import { checkKeyChain } from "./key_chain.js";
import { bundleDigest } from "./bundle_digest.js";
import { tables } from "./tables.js";
import { attempt, expired, invalid, malformed, revoked, unsupported, untrusted, withdrawn } from "./verdict.js";

export const NAME = "shc";
const HEALTH_CARD = "https://smarthealth.cards#health-card";
const CVX = "http://hl7.org/fhir/sid/cvx";
const MOST_LETTERS = 1195, MOST_CHUNKS = 32, MOST_PAYLOAD = 64 * 1024, MOST_ENTRIES = 64;
const SKEW = 5 * 60, END_OF_TIME = 253402300800;

export function sniff(given) {
  const head = trimStart(given);
  return head.slice(0, 5).toLowerCase() === "shc:/" || (head.startsWith("eyJ") && given.split(".").length === 3);
}

/** The JWS of one or several codes, in any order. */
function readCodes(given) {
  if (length(given) > 2 * MOST_LETTERS * MOST_CHUNKS) throw new Error("longer than any set of codes");
  const chunks = new Map();
  let total = 0;
  for (const part of words(given)) {
    const head = /^shc:\/(?:([0-9]{1,2})\/([0-9]{1,2})\/)?/i.exec(part);
    if (!head) throw new Error("a code must be shc:/ and digits");
    const index = Number(head[1] ?? 1) || 0, count = Number(head[2] ?? 1) || 0, digits = part.slice(head[0].length);
    if (index < 1 || index > count || count > MOST_CHUNKS) throw new Error("the number of the chunk is out of range");
    if ((total && total !== count) || (chunks.get(index) ?? digits) !== digits) throw new Error("of different cards");
    total = count;
    chunks.set(index, digits);
  }
  if (!total || chunks.size !== total) throw new Error("codes are missing");
  let jws = "";
  for (let i = 1; i <= total; i++) {
    const digits = chunks.get(i);
    if (!digits || !/^(?:[0-9]{2})+$/.test(digits)) throw new Error("an even number of digits");
    for (const [pair] of digits.matchAll(/../g)) {
      const letter = String.fromCharCode(Number(pair) + 45);
      if (!/[-.0-9A-Z_a-z]/.test(letter)) throw new Error("a pair of digits that stands for no letter");
      jws += letter;
    }
  }
  return jws;
}

/** The parts of a card; nothing is verified. */
export async function decode(given) {
  let jws = trim(given);
  if (jws.slice(0, 5).toLowerCase() === "shc:/") {
    jws = attempt(() => readCodes(jws), () => malformed("二次元コードの内容が読めません", "its codes are not readable"));
  }
  const parts = jws.split(".");
  if (length(jws) > MOST_LETTERS * MOST_CHUNKS || parts.length !== 3) {
    throw malformed("JWSの形ではありません", "not a compact JWS");
  }
  const kid = keyId(parts[0]);
  let signature, claims;
  try {
    signature = base64url(parts[2]);
    claims = readJson(utf8Text(await inflate(base64url(parts[1]), "deflate-raw", MOST_PAYLOAD)));
  } catch {
    throw malformed("中身を展開できません", "its payload does not open");
  }
  return readClaims(claims, { kid, message: utf8(jws.slice(0, jws.lastIndexOf("."))), signature });
}

function keyId(part) {
  const members = attempt(
    () => readJson(utf8Text(base64url(part))),
    () => malformed("ヘッダーを読めません", "its header is not JSON"),
  );
  if (!isObject(members) || typeof members.get("kid") !== "string") {
    throw malformed("ヘッダーに kid がありません", "its header has no kid");
  }
  if (members.get("alg") !== "ES256" || members.get("zip") !== "DEF" || members.has("crit")) {
    throw unsupported("ES256・DEF 以外のヘッダーです", "its header is not ES256 with DEF");
  }
  return members.get("kid");
}

/** A NumericDate within the years a clock can show, else null. */
function seconds(value) {
  const number = value instanceof Real ? value.value : typeof value === "number" ? value : NaN;
  return number >= 0 && number < END_OF_TIME ? number : null;
}

function readClaims(claims, signed) {
  if (!isObject(claims)) throw malformed("中身がJSONオブジェクトではありません", "its payload is no JSON object");
  const issuer = claims.get("iss"), nbf = seconds(claims.get("nbf"));
  const end = claims.get("exp") ?? null, exp = end === null ? null : seconds(end);
  const credential = claims.get("vc");
  const subject = isObject(credential) ? credential.get("credentialSubject") : null;
  if (typeof issuer !== "string" || nbf === null || (end !== null && exp === null)) {
    throw malformed("iss・nbf・exp のいずれかが読めません", "one of iss, nbf, exp is not readable");
  }
  if (!isObject(credential) || !isObject(subject)) throw malformed("vc がありません", "it has no vc");
  const kinds = credential.get("type");
  if (!Array.isArray(kinds) || !kinds.includes(HEALTH_CARD)) {
    throw unsupported("健康証明書の種別がありません", "it does not say that it is a health card");
  }
  const bundle = subject.get("fhirBundle");
  const { holder, doses } = attempt(
    () => readBundle(bundle),
    (error) => malformed(`FHIR: ${error.message}`, `FHIR: ${error.message}`),
  );
  const rid = credential.get("rid");
  return {
    ...signed,
    issuer,
    nbf,
    exp,
    rid: typeof rid === "string" ? rid : null,
    bundle,
    content: { holder, doses, issuer, certificate_number: null },
  };
}

const string = (value) => (typeof value === "string" ? value : null);

function readBundle(bundle) {
  const entries = isObject(bundle) ? bundle.get("entry") : null;
  if (!Array.isArray(entries)) throw new Error("no entry");
  if (entries.length > MOST_ENTRIES) throw new Error("more entries than any card holds");
  let patient = null;
  const doses = [];
  for (const entry of entries) {
    const resource = isObject(entry) ? entry.get("resource") : null;
    if (!isObject(resource)) throw new Error("no resource");
    const kind = resource.get("resourceType");
    if (kind === "Immunization") {
      // Its issuer says of the others that they do not count (FHIR modifier elements).
      if (resource.get("status") === "completed" && resource.get("isSubpotent") !== true) doses.push(readDose(resource));
    } else if (kind === "Patient") {
      if (patient) throw new Error("a card is about one patient");
      patient = resource;
    }
  }
  if (!patient) throw new Error("a card is about one patient");
  return { holder: readHolder(patient), doses };
}

function readHolder(patient) {
  const first = Array.isArray(patient.get("name")) ? patient.get("name")[0] : null;
  const name = isObject(first) ? first : new Map();
  const family = string(name.get("family"));
  const given = Array.isArray(name.get("given")) ? name.get("given").filter((part) => typeof part === "string") : [];
  const whole = [family, ...given].filter(Boolean).join(" ") || string(name.get("text"));
  return { name: whole, birth_date: string(patient.get("birthDate")), family, given, document_number: null };
}

function readDose(resource) {
  const concept = resource.get("vaccineCode");
  const codings = isObject(concept) ? concept.get("coding") : null;
  const known = Array.isArray(codings) ? codings.filter(isObject) : [];
  const coding = known.find((one) => one.get("system") === CVX) ?? known[0] ?? new Map();
  const code = string(coding.get("code")) ?? "", system = string(coding.get("system")) ?? "";
  const performers = resource.get("performer");
  const performer = Array.isArray(performers) ? performers[0] : null;
  const actor = isObject(performer) ? performer.get("actor") : null;
  const products = tables().cvx;
  return {
    date: string(resource.get("occurrenceDateTime")) ?? "",
    product: system === CVX && Object.hasOwn(products, code) ? products[code] : code,
    code_system: system,
    code,
    lot: string(resource.get("lotNumber")),
    centre: isObject(actor) ? string(actor.get("display")) : null,
    country: null,
    number: null,
  };
}

/** What the card says and why it holds at `at` (Unix seconds); throws a NotVerified. */
export async function verify(given, trust, at) {
  const card = await decode(given);
  const evidence = { format: NAME, issuer: card.issuer, kid: card.kid, chain: [], signed_at: card.nbf, checks: ["form"], remarks: [] };
  try {
    const key = await signingKey(card, trust);
    evidence.checks.push("signature");
    if (key.issuer !== null) evidence.checks.push("issuer");
    if (trust.withdrawnSince(card.kid) !== Infinity) throw withdrawn();
    if (key.x5c.length) {
      evidence.chain = await checkKeyChain(key, card.issuer, card.nbf);
      evidence.checks.push("chain");
    }
    if (card.nbf > at + SKEW) throw expired("まだ有効ではありません", "It is not yet valid");
    if (card.exp !== null && card.exp <= at) throw expired("期限が切れています", "It has expired");
    evidence.checks.push("validity");
    await checkLists(card, key, trust, evidence);
  } catch (error) {
    error.content = card.content;
    error.evidence = evidence;
    throw error;
  }
  return { content: card.content, evidence, card };
}

/** The lists of its issuer, or of whoever's certificates the key signs. */
async function checkLists(card, key, trust, evidence) {
  const lists = trust.revocationsOf(card.kid).filter(({ issuer }) => issuer === null || issuer === card.issuer);
  const latest = lists.reduce((most, { counter }) => Math.max(most, counter), 0);
  if (key.crlVersion !== null && latest < key.crlVersion) {
    evidence.remarks.push(lists.length ? "revocation-list-old" : "revocation-list-missing");
  }
  if (!lists.length) return;
  const names = new Map();
  if (card.rid !== null) names.set("rid", card.rid);
  else if (lists.some(({ method }) => method === "hash-fhir")) names.set("hash-fhir", await bundleDigest(card.bundle));
  if (lists.some(({ method, entries }) => isListed(entries, names.get(method), card.nbf))) throw revoked();
  evidence.checks.push("revocation");
}

/** Whether a certificate signed then is over: listed without a time, or with a later one. */
function isListed(entries, name, signedAt) {
  if (name === undefined || !entries.has(name)) return false;
  const before = entries.get(name);
  return before === null || signedAt < before;
}

async function signingKey(card, trust) {
  const candidates = trust.keysOf(card.kid).filter((key) => key.issuer === null || key.issuer === card.issuer);
  if (!candidates.length) {
    throw untrusted(`発行者「${card.issuer}」の鍵が信頼情報にありません`, `The trust information has no such key of ${card.issuer}`);
  }
  for (const key of candidates) {
    if (await verifyEc(await key.publicKey(), "SHA-256", card.signature, card.message)) return key;
  }
  throw invalid("電子署名が一致しません", "The signature does not match");
}
