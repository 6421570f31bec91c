// DIVOC, the certificates of India, Sri Lanka and others: form, key and signature, issuer, validity, withdrawal of
// the key; in that order, as the server judges (divoc.py). Nothing is fetched: what members mean is known here.

import { isMoment } from "./calendar.js";
import { canonicalGraph } from "./canonical_graph.js";
import { isMadeWith, readCredentialKey } from "./credential_key.js";
import { DATE, DOSE, ID, NAME as NAMED, NotACredential, readingsOf, readStatements, SCHEMA, secondsOf, VC } from "./divoc_statements.js";
import { isObject, readJson } from "./json.js";
import { base64, base64url, concat, length, sha256, text as utf8Text, utf8 } from "./octets.js";
import { readZip } from "./one_file_zip.js";
import { attempt, expired, invalid, malformed, unsupported, untrusted, withdrawn } from "./verdict.js";

export const NAME = "divoc";
const MOST_READ = 24 * 1024, MOST_UNPACKED = 64 * 1024, MOST_SIGNATURE = 2000, SKEW = 5 * 60;
const CREDENTIAL = "ProofOfVaccinationCredential", ZIP = "PK\x03\x04", PACKED = "B64:", FILE = "certificate.json";
const SECURITY = "https://w3id.org/security#";
const ALGORITHMS = new Map([["RsaSignature2018", "PS256"], ["Ed25519Signature2018", "EdDSA"]]);
const OPTIONS = ["type", "created", "verificationMethod", "proofPurpose", "jws"];
const CREATED = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z$/;
const METHOD = /^[a-z]+:[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000<>"{}|^`\\]{1,200}$/u;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const BEFORE = /^[\ufeff \t\r\n]+/, AFTER = /[\ufeff \t\r\n]+$/;

export function sniff(given) {
  const head = [...given].slice(0, MOST_READ).join("").replace(BEFORE, "");
  if (/^[{[]/.test(head)) return head.includes(CREDENTIAL) && head.includes(VC);
  return head.startsWith(ZIP) || isPacked(head);
}

const isPacked = (text) => [...text.slice(0, 2 * PACKED.length)].slice(0, PACKED.length).join("").toUpperCase() === PACKED;

/** The credential as read; nothing is verified. */
export async function decode(given) {
  const document = await readDocument(given);
  const proof = document.get("proof");
  document.delete("proof");
  if (!isObject(proof)) throw malformed("署名（proof）がありません", "It has no proof");
  const signed = readProof(proof);
  const readings = readingsOf(document);
  if (!readings) throw unsupported("知らない文脈（@context）の証明書です", "Its contexts are not known");
  const statements = readable(() => readings.map((reading) => readStatements(document, reading)));
  const content = readable(() => contentOf(statements[0]));
  if (!isMoment(signed.created)) throw malformed("署名の時刻が読めません", "The time of its signature is not readable");
  return { ...signed, signedAt: secondsOf(signed.created), statements, content };
}

const readable = (read) =>
  attempt(read, (error) => {
    if (!(error instanceof NotACredential)) throw error;
    return malformed(`内容が読めません（${error.message}）`, `Its content is not readable (${error.message})`);
  });

async function readDocument(given) {
  const text = given.startsWith(ZIP) ? given : given.replace(BEFORE, "").replace(AFTER, "");
  if (length(text) > MOST_READ) throw malformed("長すぎます", "It is too long");
  let octets = null;
  if (text.startsWith("{")) octets = utf8(text.replace(/[\ud800-\udfff]/gu, "?"));
  else {
    try {
      octets = await readZip(packedOctets(text), FILE, MOST_UNPACKED);
    } catch {
      throw malformed(`${FILE} だけのZIPとして読めません`, `It is not readable as a ZIP of ${FILE} alone`);
    }
  }
  const document = attempt(
    () => readJson(utf8Text(octets)),
    () => malformed("JSONとして読めません", "It is not readable as JSON"),
  );
  if (!isObject(document)) throw malformed("JSONオブジェクトではありません", "It is no JSON object");
  return document;
}

/** The ZIP file: the octets of the code as letters of Latin-1, or in Base64 behind `B64:`. */
function packedOctets(text) {
  if (!isPacked(text)) {
    if (/[^\0-\xff]/.test(text)) throw new Error("not octets");
    return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  }
  const letters = text.slice(PACKED.length);
  if (!BASE64.test(letters)) throw new Error("not Base64");
  return base64(letters);
}

function readProof(proof) {
  const [suite, method, created] = ["type", "verificationMethod", "created"].map((member) => proof.get(member));
  if (!ALGORITHMS.has(suite)) throw unsupported("知らない署名方式です", "Its signature suite is not known");
  const whole = proof.size === OPTIONS.length && OPTIONS.every((member) => proof.has(member));
  if (!whole || proof.get("proofPurpose") !== "assertionMethod") {
    throw malformed("proof の項目が違います", "Its proof has other members than it should");
  }
  if (typeof method !== "string" || !METHOD.test(method)) {
    throw malformed("署名鍵の名前が読めません", "The name of its key is not readable");
  }
  if (typeof created !== "string" || !CREATED.test(created)) {
    throw malformed("署名の時刻が読めません", "The time of its signature is not readable");
  }
  const jws = proof.get("jws");
  const parts = typeof jws === "string" && length(jws) < MOST_SIGNATURE ? jws.split(".") : [];
  const { members, signature } = attempt(
    () => {
      if (parts.length !== 3) throw new Error("not of three parts");
      return { members: readJson(utf8Text(base64url(parts[0]))), signature: base64url(parts[2].replace(/=+$/, "")) };
    },
    () => malformed("proof の jws を読めません", "The jws of its proof is not readable"),
  );
  if (parts[1] || !isHeader(members, ALGORITHMS.get(suite))) {
    throw unsupported("知らない署名方式です", "Its signature algorithm is not known");
  }
  return { suite, method, created, header: parts[0], signature };
}

function isHeader(members, algorithm) {
  if (!isObject(members) || members.size !== 3) return false;
  const critical = members.get("crit");
  return members.get("alg") === algorithm && members.get("b64") === false
    && Array.isArray(critical) && critical.length === 1 && critical[0] === "b64";
}

const only = (values) => (values.length === 1 ? values[0] : null);
const bare = (name) => (name.startsWith("<") ? name.slice(1, -1) : null);

function contentOf({ person, vaccinations, issuer }) {
  const names = person.of(NAMED);
  if (names.length !== 1) throw new NotACredential("name: not one");
  return {
    holder: { name: names[0], birth_date: only(person.of(DATE)), family: null, given: [], document_number: null },
    doses: vaccinations.map(readDose),
    issuer,
    certificate_number: bare(vaccinations[0].name),
    kind: NAME,
    identity: bare(person.name) ?? "",
    gender: only(person.of(SCHEMA + "gender")),
    age: only(person.of(SCHEMA + "Number")),
    nationality: only(person.of(SCHEMA + "nationality")),
  };
}

/** One vaccination. Product, maker, batch and number come together: no signature tells them apart. */
function readDose(node) {
  const number = only(node.of(DOSE)), facility = node.parts.get("facility"), address = facility?.parts.get("address");
  return {
    date: dayOf(node),
    product: node.of(ID).join(" / "),
    code_system: "",
    code: "",
    lot: null,
    centre: facility ? only(facility.of(NAMED)) : null,
    country: address ? only(address.of(SCHEMA + "addressCountry")) : null,
    // Dose and number of doses share their meaning: only where they are equal is it known which dose it was.
    number: number !== null && /^[1-9][0-9]?$/.test(number) ? Number(number) : null,
  };
}

/** The day, of three dates that share their meaning: the one with a time of the day, or all are the same day. */
function dayOf(node) {
  const dates = node.of(DATE), day = (text) => [...text].slice(0, 10).join("");
  const timed = new Set(dates.filter((text) => text.includes("T")).map(day));
  const days = timed.size === 1 ? timed : new Set(dates.map(day));
  const [found] = days;
  if (days.size !== 1 || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(found)) {
    throw new NotACredential("date: it is not clear which is that of the vaccination");
  }
  return found;
}

/** What the certificate says and why it holds at `at` (Unix seconds); throws a NotVerified. */
export async function verify(given, trust, at) {
  const credential = await decode(given);
  const found = { content: credential.content };
  const evidence = {
    format: NAME, issuer: credential.content.issuer, kid: credential.method, chain: [], signed_at: credential.signedAt,
    checks: ["form"], remarks: [],
  };
  try {
    await judge(credential, trust, at, found, evidence);
  } catch (error) {
    throw Object.assign(error, { content: found.content, evidence });
  }
  return { content: found.content, evidence };
}

async function judge(credential, trust, at, found, evidence) {
  const candidates = await trust.credentialKeysOf(credential.method);
  if (!candidates.length) {
    const { issuer } = found.content;
    throw untrusted(`発行者「${issuer}」の鍵が信頼情報にありません`, `The trust information has no such key of ${issuer}`);
  }
  const { key, statements } = await signedBy(credential, candidates);
  evidence.kid = key.kid;
  evidence.checks.push("signature");
  found.content = readable(() => contentOf(statements));
  evidence.issuer = statements.issuer;
  if (key.issuer !== null) {
    if (key.issuer !== statements.issuer) throw untrusted("署名鍵は別の発行者のものです", "Its key is one of another issuer");
    evidence.checks.push("issuer");
  }
  const begins = Math.max(statements.issued, credential.signedAt);
  if (begins > at + SKEW) throw expired("まだ有効ではありません", "It is not yet valid");
  if (statements.expires !== null && statements.expires <= at) throw expired("期限が切れています", "It has expired");
  evidence.checks.push("validity");
  if (trust.withdrawnSince(key.kid) !== Infinity) throw withdrawn();
}

/** The key that made the signature, and the reading by which it made it. */
async function signedBy({ suite, method, created, header, signature, statements: readings }, candidates) {
  const options = await sha256(utf8(optionStatements(suite, method, created)));
  for (const statements of readings) {
    const document = await sha256(utf8(await canonicalGraph(statements.statements)));
    const message = concat(utf8(`${header}.`), options, document);
    for (const key of candidates) {
      if (await isMadeWith(readCredentialKey(key.spki), suite, signature, message)) return { key, statements };
    }
  }
  throw invalid("電子署名が一致しません", "The signature does not match");
}

/** The proof without its value, by the context `security/v2`: one nameless thing, in canonical order. */
const optionStatements = (suite, method, created) =>
  [
    `_:c14n0 <http://purl.org/dc/terms/created> "${created}"^^<http://www.w3.org/2001/XMLSchema#dateTime> .\n`,
    `_:c14n0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <${SECURITY}${suite}> .\n`,
    `_:c14n0 <${SECURITY}proofPurpose> <${SECURITY}assertionMethod> .\n`,
    `_:c14n0 <${SECURITY}verificationMethod> <${method}> .\n`,
  ].join("");
