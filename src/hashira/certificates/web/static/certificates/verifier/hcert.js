// HCERT, the container of the EU and the WHO: form, signature by a listed signer, content, purpose and state and
// time of the signer, validity, revocation; in that order, as the server judges. The content is read after the
// signature, so that what nobody signed is never shown as content.

import { base45 } from "./base45.js";
import { NotCbor, readCbor } from "./cbor.js";
import { isMap, NotAClaim } from "./claim.js";
import { AlgorithmUnsupported, isSignedWith, NotCose, PS256, readCose } from "./cose.js";
import { readDcc } from "./dcc.js";
import { readTest, readVaccination } from "./ddcc.js";
import { inflate } from "./deflate.js";
import { checkPurpose, checkState, checkTime, NotAllowed } from "./document_signer.js";
import { readIcvp } from "./icvp.js";
import { Real } from "./json.js";
import { concat, hex, length, printable, sha256, trim, trimStart, utf8 } from "./octets.js";
import { attempt, expired, invalid, malformed, NotVerified, revoked, unsupported, untrusted, withdrawn } from "./verdict.js";
import { readListedCertificate } from "./x509.js";

export const NAME = "hcert";
const PREFIX = "HC1:";
const MOST_READ = 16 * 1024, MOST_INFLATED = 64 * 1024, MOST_ISSUER = 200;
const ISS = 1, EXP = 4, IAT = 6, HCERT = -260;
const SKEW = 5 * 60, LAST_SECOND = 253402300799;
const COVID = ["DCC", "DDCC"], ANY = ["", "-"];
/** By the number of the claim: how it is read, the trust domains of its signers, and whether it must expire. */
const KINDS = new Map([
  [1, { read: readDcc, domains: COVID, expires: true }],
  [3, { read: readVaccination, domains: COVID, expires: false }],
  [4, { read: readTest, domains: COVID, expires: false }],
  [-6, { read: readIcvp, domains: ["ICVP", "DVC", "DDCC"], expires: false }],
]);
const MAY_BE_REVOKED = "may-be-revoked";

const head = (given) => [...given].slice(0, PREFIX.length).join("").toUpperCase();

export const sniff = (given) => head(trimStart(given)) === PREFIX;

/** The COSE message of the text of a code. */
async function unpack(given) {
  const text = trim(given);
  if (length(text) > MOST_READ) throw malformed("長すぎます", "It is too long");
  if (head(text) !== PREFIX) throw malformed("HC1: で始まりません", "It does not begin with HC1:");
  const packed = attempt(
    () => base45(text.slice(PREFIX.length)),
    () => malformed("Base45として読めません", "It is not Base45"),
  );
  try {
    return await inflate(packed, "deflate", MOST_INFLATED);
  } catch {
    throw malformed("展開できないか、余りがあります", "It does not inflate, is too large, cut off, or has a rest");
  }
}

/** The parts of the container; nothing is verified. */
export async function decode(given) {
  const message = await unpack(given);
  return attempt(
    () => readCose(message),
    (error) => {
      if (error instanceof NotCose || error instanceof NotCbor) return malformed(`COSE: ${error.message}`, `COSE: ${error.message}`);
      if (error instanceof AlgorithmUnsupported) return unsupported("知らない署名方式です", "Its signature algorithm is not known");
      return error;
    },
  );
}

/** A NumericDate (RFC 8392 §2) within the years that a clock can show, else null; Spain wrote fractions. */
function seconds(value) {
  const number = value instanceof Real ? value.value : typeof value === "number" ? value : NaN;
  return number >= 0 && number <= LAST_SECOND ? number : null;
}

function readClaims(payload) {
  const claims = attempt(() => readCbor(payload), (error) => malformed(`CBOR: ${error.message}`, `CBOR: ${error.message}`));
  if (!isMap(claims)) throw malformed("CWTではありません", "It is no CWT");
  const issuer = claims.get(ISS), contents = claims.get(HCERT), written = claims.get(EXP) ?? null;
  const issuedAt = seconds(claims.get(IAT)), expiresAt = written === null ? null : seconds(written);
  if (typeof issuer !== "string" || !issuer || length(issuer) > MOST_ISSUER || !printable(issuer)) {
    throw malformed("発行者がありません", "It names no issuer");
  }
  if (issuedAt === null || (written !== null && expiresAt === null)) {
    throw malformed("発行日時か有効期限が読めません", "Its times are not readable");
  }
  if (!isMap(contents)) throw malformed("健康証明がありません（-260）", "It holds no health certificate (-260)");
  const [number, claim] = contents.size === 1 ? contents.entries[0] : [];
  const kind = typeof number === "number" ? KINDS.get(number) : undefined;
  if (!kind) throw unsupported("知らない種類の健康証明です", "A kind of health certificate that is not known");
  if (kind.expires && expiresAt === null) throw malformed("有効期限がありません", "It has no expiry");
  const content = attempt(
    () => kind.read(claim, issuer, issuedAt),
    (error) => (error instanceof NotAClaim
      ? malformed(`内容が読めません（${error.message}）`, `Its content is not readable (${error.message})`)
      : error),
  );
  return { issuer, issuedAt, expiresAt, kind, content };
}

/** What the certificate says and why it holds at `at` (Unix seconds); throws a NotVerified. */
export async function verify(given, trust, at) {
  const signed = await decode(given);
  const evidence = {
    format: NAME,
    issuer: null,
    kid: hex(signed.kid),
    chain: [],
    signed_at: null,
    checks: ["form"],
    remarks: [],
  };
  let read = null;
  const claims = () => {
    read = readClaims(signed.payload);
    Object.assign(evidence, { issuer: read.issuer, signed_at: read.issuedAt });
  };
  try {
    const candidates = await trust.signersOf(signed.kid);
    if (!candidates.length) {
      claims();
      const kid = hex(signed.kid).slice(0, 40);
      throw untrusted(
        `発行者「${read.issuer}」の署名者（${kid}）が信頼情報にありません`,
        `The trust information has no signer ${kid} of ${read.issuer}`,
      );
    }
    const [listed, signer] = await signingKey(signed, candidates);
    Object.assign(evidence, { kid: signer.fingerprint, chain: [signer.subjectText] });
    evidence.checks.push("signature");
    claims();
    checkSigner(read, listed, signer, evidence);
    checkValidity(read, at);
    evidence.checks.push("validity");
    if (trust.withdrawnSince(signer.fingerprint) <= at) throw withdrawn();
    await checkLists(signed, read, trust, evidence);
  } catch (error) {
    if (error instanceof NotVerified) Object.assign(error, { evidence, content: read?.content ?? null });
    throw error;
  }
  return { content: read.content, evidence, card: null, name: () => nameOf(signed, read) };
}

/** Of all signers with that identifier the one whose key made the signature (HCERT 1.1.1 §2.3). */
async function signingKey(signed, candidates) {
  for (const listed of candidates) {
    const signer = await readListedCertificate(listed.certificate).catch(() => null);
    if (signer && (await isSignedWith(signed, signer.publicKey))) return [listed, signer];
  }
  throw invalid("電子署名が一致しません", "The signature does not match");
}

function checkSigner({ kind, content, issuer, issuedAt }, listed, signer, evidence) {
  if (![...kind.domains, ...ANY].includes(listed.domain)) {
    throw untrusted(
      `署名者は別の目的（${listed.domain}）の信頼リストにあります`,
      `The signer is listed for another purpose (${listed.domain})`,
    );
  }
  attempt(
    () => {
      checkPurpose(signer, content.purpose ?? null, Boolean(listed.participant));
      evidence.checks.push("purpose");
      if (checkState(issuer, listed.participant, signer)) evidence.checks.push("state");
      checkTime(signer, issuedAt);
    },
    (error) => (error instanceof NotAllowed ? untrusted(error.reason.ja, error.reason.en) : error),
  );
}

function checkValidity({ issuedAt, expiresAt }, at) {
  if (issuedAt > at + SKEW) throw expired("まだ有効ではありません", "It is not yet valid");
  // The last second counts: "rejected after the expiration time" (HCERT 1.1.1 §3.3.2), unlike RFC 8392.
  if (expiresAt !== null && expiresAt < at) throw expired("期限が切れています", "It has expired");
}

/** By what the EU's revocation lists name a certificate: over R alone where it is ECDSA, since S has two spellings. */
export async function revocationHashes(signed, { issuer, content }) {
  const { signature, algorithm } = signed;
  const named = { SIGNATURE: algorithm === PS256 ? signature : signature.subarray(0, Math.floor(signature.length / 2)) };
  const number = content.certificate_number;
  if (number !== null) Object.assign(named, { UCI: utf8(number), COUNTRYCODEUCI: concat(utf8(issuer), utf8(number)) });
  const hashes = new Map();
  for (const [method, octets] of Object.entries(named)) hashes.set(method, (await sha256(octets)).subarray(0, 16));
  return hashes;
}

/** How a source of statuses names it: by its UVCI; a yellow card has nothing but its signature. */
async function nameOf(signed, read) {
  const hash = async () => hex((await revocationHashes(signed, read)).get("SIGNATURE"));
  return [read.content.certificate_number || (await hash()), Math.floor(read.issuedAt)];
}

/** A list revokes. Its summary only says that it may be; where the list is at hand nobody asks that. */
async function checkLists(signed, read, trust, evidence) {
  const kid = hex(signed.kid);
  const lists = trust.revocationsOf(kid), filters = trust.filtersOf(kid);
  if (!lists.length && !filters.length) return;
  const hashes = await revocationHashes(signed, read);
  if (lists.some(({ method, entries }) => entries.has(hex(hashes.get(method) ?? new Uint8Array())))) throw revoked();
  const known = lists.map(({ method }) => method);
  for (const summary of filters) {
    const hash = hashes.get(summary.method);
    if (hash === undefined || known.includes(summary.method) || !(await summary.mayHold(hash))) continue;
    evidence.remarks.push(MAY_BE_REVOKED);
    return;
  }
  evidence.checks.push("revocation");
}
