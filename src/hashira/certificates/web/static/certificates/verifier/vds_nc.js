// ICAO VDS-NC health seals: form, signature by the certificate inside, chain of that certificate to an
// authority of its state; in that order, as the server judges. Signed is the canonical form of `data`.

import { length, paddedBase64url, printable, utf8 } from "./octets.js";
import { canonicalJson, isObject, readJson } from "./json.js";
import { readCertificate } from "./x509.js";
import { verifyEc } from "./curve.js";
import { checkStateChain, OutsideTime, Forged, ChainBroken } from "./state_chain.js";
import { judge } from "./state_crl.js";
import { attempt, expired, invalid, malformed, NotVerified, signerRevoked, unsupported, untrusted } from "./verdict.js";

export const NAME = "vds-nc";
const MOST_READ = 16 * 1024, MOST_BRACKETS = 512, MOST_TEXT = 200, MOST_DOSES = 99;
const VACCINATION = "icao.vacc", TEST = "icao.test";
const DOCUMENT_TYPES = { [VACCINATION]: "NV", [TEST]: "NT" };
const HASHES = { ES256: "SHA-256", ES384: "SHA-384", ES512: "SHA-512" };
const ICD11 = "http://id.who.int/icd11/mms";
const FIRST_ZONE = 14 * 3600;

export function sniff(given) {
  const head = [...given].slice(0, MOST_READ).join("").replace(/^[\ufeff \t\r\n]+/, "");
  return /^[{[]/.test(head) && (head.includes('"sigvl"') || head.includes('"hdr"'));
}

const hasOnly = (map, ...names) => map.size === names.length && names.every((name) => map.has(name));

/** The parts of a seal; nothing is verified. */
export async function decode(given) {
  const document = parse(given.replace(/^\ufeff+/, ""));
  const data = document.get("data"), sig = document.get("sig");
  if (!isObject(data) || !isObject(sig) || !hasOnly(sig, "alg", "cer", "sigvl")) {
    throw malformed("data と sig の形が違います", "data and sig are not as they should be");
  }
  const { kind, state } = readHeader(data.get("hdr"));
  const [content, signed] = attempt(
    () => [readMessage(kind, data.get("msg"), state), utf8(canonicalJson(data))],
    (error) => malformed(`内容が読めません（${error.message}）`, `Its message is not readable (${error.message})`),
  );
  const algorithm = sig.get("alg"), certificate = sig.get("cer"), value = sig.get("sigvl");
  if (![algorithm, certificate, value].every((part) => typeof part === "string")) {
    throw malformed("sig の形が違います", "sig is not as it should be");
  }
  if (!Object.hasOwn(HASHES, algorithm)) throw unsupported("知らない署名方式です", "Its signature algorithm is not known");
  let signer, signature;
  try {
    signer = await readCertificate(paddedBase64url(certificate));
    signature = paddedBase64url(value);
  } catch {
    throw malformed("署名者の証明書か署名が読めません", "The signer's certificate or the signature is not readable");
  }
  return { content, signed, algorithm, signer, signature };
}

function parse(given) {
  const brackets = given.split("{").length + given.split("[").length - 2;
  if (length(given) > MOST_READ || brackets > MOST_BRACKETS) throw malformed("大きすぎます", "It is too large");
  let document = attempt(() => readJson(given), () => malformed("JSONとして読めません", "It is not readable as JSON"));
  if (Array.isArray(document) && document.length === 1) [document] = document;
  if (!isObject(document) || !hasOnly(document, "data", "sig")) {
    throw malformed("data と sig だけのオブジェクトではありません", "It is no object of data and sig");
  }
  return document;
}

function readHeader(header) {
  if (!isObject(header)) throw malformed("hdr がありません", "It has no hdr");
  const kind = header.get("t"), state = header.get("is");
  if (typeof kind !== "string" || !Object.hasOwn(DOCUMENT_TYPES, kind) || header.get("v") !== 1) {
    throw unsupported("知らない種類か版のVDS-NCです", "A VDS-NC of an unknown type or version");
  }
  if (typeof state !== "string" || length(state) !== 3 || !printable(state)) {
    throw malformed("発行国がありません", "It names no issuing state");
  }
  return { kind, state };
}

// --- the message

function object(value, name) {
  if (!isObject(value)) throw new Error(`${name} is no object`);
  return value;
}

function array(value, name) {
  if (!Array.isArray(value) || value.length < 1 || value.length > MOST_DOSES) throw new Error(`${name} is no list`);
  return value;
}

function text(members, name) {
  const value = members.get(name);
  if (typeof value !== "string" || !value || length(value) > MOST_TEXT || !printable(value)) {
    throw new Error(`${name} is no readable text`);
  }
  return value;
}

const optional = (members, name) => ([undefined, null, ""].includes(members.get(name)) ? null : text(members, name));

function sequence(given) {
  const value = typeof given === "string" && /^[0-9]{1,2}$/.test(given) ? Number(given) : given;
  if (typeof value !== "number" || value < 1 || value > MOST_DOSES) throw new Error("seq is no number from 1 to 99");
  return value;
}

/** Unix seconds at which the day begins in Greenwich; null where there is no such day. */
export function day(value) {
  const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value);
  if (!found || found[0] !== value) return null;
  const [year, month, date] = found.slice(1).map(Number);
  const made = new Date(Date.UTC(year, month - 1, date));
  const same = made.getUTCFullYear() === year && made.getUTCMonth() === month - 1 && made.getUTCDate() === date;
  return same && year >= 1900 ? made.getTime() / 1000 : null;
}

function readMessage(kind, message, issuer) {
  const members = object(message, "msg");
  return kind === TEST ? readTest(members, issuer) : readVaccination(members, issuer);
}

function readVaccination(members, issuer) {
  const person = object(members.get("pid"), "pid");
  const identifier = text(members, "uvci");
  const other = optional(person, "ai");
  const doses = array(members.get("ve"), "ve").flatMap((one) => {
    const event = object(one, "ve");
    return array(event.get("vd"), "vd").map((dose) => readDose(event, object(dose, "vd")));
  });
  if (doses.length > MOST_DOSES) throw new Error("more doses than a seal can number");
  return {
    holder: holder(person, "i"),
    doses,
    issuer,
    certificate_number: other ?? identifier,
    kind: VACCINATION,
    identifier,
    sex: optional(person, "sex"),
    other_number: other,
    test: null,
  };
}

const holder = (person, number) => ({
  name: text(person, "n"),
  birth_date: optional(person, "dob"),
  family: null,
  given: [],
  document_number: optional(person, number),
});

function readDose(event, dose) {
  const date = text(dose, "dvc");
  if (day(date) === null) throw new Error("dvc is not a date");
  return {
    date,
    product: text(event, "nam"),
    code_system: ICD11,
    code: text(event, "des"),
    lot: optional(dose, "lot"),
    centre: optional(dose, "adm"),
    country: text(dose, "ctr"),
    number: sequence(dose.get("seq")),
    disease: optional(event, "dis"),
    next_date: optional(dose, "dvn"),
  };
}

function readTest(members, issuer) {
  const person = object(members.get("pid"), "pid"), place = object(members.get("sp"), "sp");
  const times = object(members.get("dat"), "dat"), result = object(members.get("tr"), "tr");
  const identifier = text(members, "utci");
  return {
    holder: holder(person, "dn"),
    doses: [],
    issuer,
    certificate_number: identifier,
    kind: TEST,
    identifier,
    sex: null,
    other_number: null,
    test: {
      result: text(result, "r"),
      kind: text(result, "tc"),
      sample: optional(result, "m"),
      collected: text(times, "sc"),
      reported: text(times, "ri"),
      place: text(place, "spn"),
      country: text(place, "ctr"),
    },
  };
}

const MOMENT =
  /^(\d{4})(-?)(\d\d)\2(\d\d)(?:.(\d\d)(?:(:?)(\d\d)(?:\6(\d\d)(?:[.,](\d+))?)?)?(Z|[-+]\d\d(?::?\d\d(?::?\d\d)?)?)?)?$/su;

/** Unix seconds of an ISO 8601 time; one without a zone is taken where on earth it comes first. */
function moment(written) {
  const found = MOMENT.exec(written);
  const start = found ? day(`${found[1]}-${found[3]}-${found[4]}`) : null;
  const [hour, minute, second] = [5, 7, 8].map((group) => Number(found?.[group] ?? 0));
  if (start === null || hour > 23 || minute > 59 || second > 59 || Number(found[1]) >= 9999) {
    throw new Error("a time of the test is not readable");
  }
  const zone = found[10];
  let offset = FIRST_ZONE;
  if (zone === "Z") offset = 0;
  else if (zone) {
    const [h, m, s] = zone.slice(1).replaceAll(":", "").match(/../g).map(Number);
    offset = (zone[0] === "-" ? -1 : 1) * (h * 3600 + (m ?? 0) * 60 + (s ?? 0));
    if (Math.abs(offset) >= 86400 || (m ?? 0) > 59 || (s ?? 0) > 59) throw new Error("a time of the test has no zone");
  }
  return start + hour * 3600 + minute * 60 + second + Number(`0.${found[9] ?? 0}`) - offset;
}

/** The first moment, anywhere on earth, at which all that the seal attests can have happened. */
function lastEvent(content) {
  if (content.test) return Math.max(moment(content.test.collected), moment(content.test.reported));
  return Math.max(...content.doses.map((dose) => day(dose.date))) - FIRST_ZONE;
}

/** What the seal says and why it holds at `at` (Unix seconds); throws a NotVerified. */
export async function verify(given, trust, at) {
  const seal = await decode(given);
  const { content, signer } = seal;
  const evidence = {
    format: NAME,
    issuer: content.issuer,
    kid: signer.fingerprint,
    chain: [signer.subjectText],
    signed_at: null,
    checks: ["form"],
    remarks: [],
  };
  const earliest = attempt(
    () => lastEvent(content),
    (error) => malformed(`内容が読めません（${error.message}）`, `Its message is not readable (${error.message})`),
  );
  try {
    if (signer.publicKey.kind !== "ec") {
      throw unsupported("署名者の鍵が楕円曲線の鍵ではありません", "The signer's key is not on a curve");
    }
    if (!(await verifyEc(signer.publicKey, HASHES[seal.algorithm], seal.signature, seal.signed))) {
      throw invalid("電子署名が一致しません", "The signature does not match");
    }
    evidence.checks.push("signature");
    const type = DOCUMENT_TYPES[content.kind];
    const authority = await checkStateChain(signer, { state: content.issuer, type, trust, earliest, at });
    evidence.chain.push(authority.subjectText);
    evidence.checks.push("chain", "purpose", "state", "validity");
    await checkWithdrawal(signer, authority, trust, at, evidence);
  } catch (error) {
    const refusal = error instanceof ChainBroken ? refuse(error) : error;
    if (refusal instanceof NotVerified) Object.assign(refusal, { content, evidence });
    throw refusal;
  }
  return { content, evidence, card: null };
}

/** A seal has no time of signing that could be believed, so a withdrawn signer takes all its seals with it. */
async function checkWithdrawal(signer, authority, trust, at, evidence) {
  const finding = await judge(signer, authority, trust.crls(), at);
  const since = [finding.since, trust.withdrawnSince(signer.fingerprint)].filter((one) => one !== null && one <= at);
  if (since.length) {
    if (finding.remark !== "crl-current") evidence.remarks.push(finding.remark);
    throw signerRevoked();
  }
  evidence.remarks.push(finding.remark);
  if (finding.remark === "crl-current") evidence.checks.push("revocation");
}

function refuse(error) {
  const make = error instanceof Forged ? invalid : error instanceof OutsideTime ? expired : untrusted;
  return make(error.reason.ja, error.reason.en);
}
