// X.509 certificates of states and issuers (RFC 5280, Doc 9303 Part 12 §7.1), read and believed in nothing.
//
// Read liberally where real states were liberal: a signature algorithm with NULL parameters, a curve spelled
// out. Parameters that somebody spelled out are compared, every one, with the curves known here, and never
// computed with (CVE-2020-0601).

import { bits, expect, first, header, integer, oid, one } from "./der.js";
import { curveNamed, curves, ecKey, verifyEc } from "./curve.js";
import { concat, equal, hex, number, ofNumber, printable, sha256, text as utf8Text } from "./octets.js";

const LARGEST = 8 * 1024;
const SMALLEST_RSA_BITS = 2048;
const SEQUENCE = 0x30, SET = 0x31, OCTETS = 0x04, BOOLEAN = 0x01;

export const HEALTH_SIGNER = "2.23.136.1.1.14.2";
export const HEALTH_AUTHORITY = "2.23.136.1.1.14.1";
export const EXTENSION = {
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  usagePeriod: "2.5.29.16",
  subjectNames: "2.5.29.17",
  issuerNames: "2.5.29.18",
  constraints: "2.5.29.19",
  authorityKeyId: "2.5.29.35",
  purposes: "2.5.29.37",
  documentTypes: "2.23.136.1.1.6.2",
};
const UNDERSTOOD = new Set(Object.values(EXTENSION));
const NAMED_CURVES = {
  "1.2.840.10045.3.1.7": "secp256r1",
  "1.3.132.0.34": "secp384r1",
  "1.3.132.0.35": "secp521r1",
  "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1",
  "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1",
  "1.3.36.3.3.2.8.1.1.13": "brainpoolP512r1",
};
const EC_KEY = "1.2.840.10045.2.1", RSA_KEY = "1.2.840.113549.1.1.1", PSS = "1.2.840.113549.1.1.10";
const HASHES = {
  "2.16.840.1.101.3.4.2.1": "SHA-256",
  "2.16.840.1.101.3.4.2.2": "SHA-384",
  "2.16.840.1.101.3.4.2.3": "SHA-512",
};
const SCHEMES = {
  "1.2.840.10045.4.3.2": ["ecdsa", "SHA-256"],
  "1.2.840.10045.4.3.3": ["ecdsa", "SHA-384"],
  "1.2.840.10045.4.3.4": ["ecdsa", "SHA-512"],
  "1.2.840.113549.1.1.11": ["rsa", "SHA-256"],
  "1.2.840.113549.1.1.12": ["rsa", "SHA-384"],
  "1.2.840.113549.1.1.13": ["rsa", "SHA-512"],
};
const ATTRIBUTES = { "2.5.4.6": "C", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.3": "CN", "2.5.4.7": "locality_name" };

const kept = new Map(), keptListed = new Map();

/** The certificate; throws. Kept by its octets, since the same signers come again. */
export const readCertificate = (der) => readOnce(der, kept, readScheme);

/** A certificate that a believed list holds: nobody asks who signed it, so any scheme will do (SHA-1, say). */
export const readListedCertificate = (der) => readOnce(der, keptListed, () => ({ kind: "none" }));

async function readOnce(der, known, schemeOf) {
  if (der.length > LARGEST) throw new Error("larger than any certificate of a state");
  const fingerprint = hex(await sha256(der));
  if (!known.has(fingerprint)) known.set(fingerprint, await parse(der, fingerprint, schemeOf));
  return known.get(fingerprint);
}

async function parse(der, fingerprint, schemeOf) {
  const outer = one(der, SEQUENCE);
  const [tbs, algorithm, signed, more] = outer.children();
  expect(tbs, SEQUENCE);
  expect(algorithm, SEQUENCE);
  const signature = bits(signed);
  // The issuer's signature covers the first part only: of the rest exactly one spelling is taken.
  const written = concat(tbs.whole, algorithm.whole, header(3, signature.length + 1), Uint8Array.of(0), signature);
  if (more || !equal(der, concat(header(SEQUENCE, written.length), written))) throw new Error("not in DER");

  const fields = tbs.children();
  const version = fields[0].tag === 0xa0 ? Number(integer(first(fields.shift().content))) + 1 : 1;
  const [serial, inner, issuer, validity, subject, spki, ...rest] = fields;
  if (!equal(inner.whole, algorithm.whole)) throw new Error("two different signature algorithms");
  const [notBefore, notAfter] = expect(validity, SEQUENCE).children().map(timeOf);
  const extensions = readExtensions(rest);
  const part = (id) => extensions.get(id)?.value;
  const subjectName = readName(subject), issuerName = readName(issuer);
  return {
    der,
    fingerprint,
    serial: integer(serial),
    version,
    subject: subjectName.key,
    issuer: issuerName.key,
    subjectText: subjectName.text,
    subjectCountry: attribute(subjectName, "C"),
    issuerCountry: attribute(issuerName, "C"),
    states: [...(part(EXTENSION.subjectNames)?.states ?? []), ...(part(EXTENSION.issuerNames)?.states ?? [])],
    uris: part(EXTENSION.subjectNames)?.uris ?? null,
    notBefore,
    notAfter,
    signingFrom: part(EXTENSION.usagePeriod)?.[0] ?? null,
    signingUntil: part(EXTENSION.usagePeriod)?.[1] ?? null,
    publicKey: await readKey(spki),
    subjectKeyId: part(EXTENSION.subjectKeyId) ?? null,
    authorityKeyId: part(EXTENSION.authorityKeyId) ?? null,
    keyUsage: part(EXTENSION.keyUsage) ?? new Set(),
    saysKeyUsage: extensions.has(EXTENSION.keyUsage),
    purposes: part(EXTENSION.purposes) ?? null,
    constraints: part(EXTENSION.constraints) ?? null,
    isAuthority: part(EXTENSION.constraints)?.authority ?? false,
    documentTypes: part(EXTENSION.documentTypes) ?? new Set(),
    critical: new Set([...extensions].filter(([, { critical }]) => critical).map(([id]) => id)),
    unknownCritical: [...extensions].some(([id, { critical }]) => critical && !UNDERSTOOD.has(id)),
    tbs: tbs.whole,
    signature,
    scheme: schemeOf(algorithm),
  };
}

/** Whether it says that its own key signed it; a link certificate has an older key's signature. */
export const isSelfSigned = (it) =>
  it.subject === it.issuer &&
  (!it.authorityKeyId || (it.subjectKeyId !== null && equal(it.authorityKeyId, it.subjectKeyId)));

/** Whether the issuer's key made the certificate's signature; says nothing of names or times. */
export const isSignedBy = (certificate, issuer) => isSignedOctets(certificate, issuer);

/** Whether the issuer's key made the signature over the `tbs` of whatever was signed: a certificate or a list. */
export async function isSignedOctets({ scheme, signature: signed, tbs }, issuer) {
  const { kind, hash, salt } = scheme;
  const key = issuer.publicKey;
  if (kind === "ecdsa" && key.kind === "ec") {
    let signature;
    try {
      const [r, s, more] = one(signed, SEQUENCE).children().map(integer);
      if (more !== undefined || r < 1n || s < 1n) return false;
      signature = concat(ofNumber(r, key.curve.octets), ofNumber(s, key.curve.octets));
    } catch {
      return false;
    }
    return verifyEc(key, hash, signature, tbs);
  }
  if ((kind === "rsa" || kind === "pss") && key.kind === "rsa") {
    const algorithm = kind === "rsa" ? "RSASSA-PKCS1-v1_5" : "RSA-PSS";
    const handle = await crypto.subtle.importKey("spki", key.spki, { name: algorithm, hash }, false, ["verify"]);
    return crypto.subtle.verify({ name: algorithm, saltLength: salt }, handle, signed, tbs);
  }
  return false;
}

/** Whether it is the key's RSASSA-PSS signature with SHA-256, the salt as long as the hash (RFC 8230 §2). */
export async function verifyPss(key, signature, message) {
  const algorithm = { name: "RSA-PSS", hash: "SHA-256" };
  const handle = await crypto.subtle.importKey("spki", key.spki, algorithm, false, ["verify"]);
  return crypto.subtle.verify({ name: "RSA-PSS", saltLength: 32 }, handle, signature, message);
}

/** Whether two public keys are one. */
export const sameKey = (a, b) =>
  a.kind === b.kind && (a.kind === "ec" ? a.curve.name === b.curve.name && equal(a.raw, b.raw) : equal(a.spki, b.spki));

// --- parts

export function readScheme(element) {
  const [id, parameters] = element.children();
  const known = SCHEMES[oid(id)];
  if (known) return { kind: known[0], hash: known[1], salt: 0 };
  if (oid(id) !== PSS) throw new Error("its signature algorithm is not read");
  const given = new Map(expect(parameters, SEQUENCE).children().map((p) => [p.tag, one(p.content)]));
  const hash = HASHES[oid(given.get(0xa0)?.children()[0])];
  const mask = HASHES[oid(one(given.get(0xa1)?.children()[1].whole).children()[0])];
  if (!hash || mask !== hash) throw new Error("RSASSA-PSS with an unusual mask");
  return { kind: "pss", hash, salt: given.has(0xa2) ? Number(integer(given.get(0xa2))) : 20 };
}

async function readKey(element) {
  const [algorithm, key] = expect(element, SEQUENCE).children();
  const [id, parameters] = expect(algorithm, SEQUENCE).children();
  const kind = oid(id);
  if (kind === EC_KEY) {
    const curve = parameters?.tag === 0x06 ? curveNamed(NAMED_CURVES[oid(parameters)]) : recognised(parameters);
    if (!curve) throw new Error("on no known curve");
    return ecKey(curve, bits(key));
  }
  if (kind !== RSA_KEY) throw new Error("its key is neither on a known curve nor RSA");
  const [modulus, exponent] = one(bits(key), SEQUENCE).children().map(integer);
  if (modulus.toString(2).length < SMALLEST_RSA_BITS || exponent < 3n) throw new Error("its RSA key is too small");
  return { kind: "rsa", spki: element.whole };
}

/** The known curve with exactly these parameters (RFC 3279 §2.3.5); the seed enters no computation. */
function recognised(element) {
  const [, field, curve, base, order, cofactor] = expect(element, SEQUENCE).children();
  const [type, prime] = field.children();
  if (oid(type) !== "1.2.840.10045.1.1") throw new Error("the field is not prime");
  if (cofactor && integer(cofactor) !== 1n) throw new Error("the cofactor is not 1");
  const [a, b] = curve.children().map((part) => number(expect(part, OCTETS).content));
  const [p, n] = [integer(prime), integer(order)];
  const point = expect(base, OCTETS).content;
  return curves().find((known) => {
    if (known.p !== p || known.a !== a || known.b !== b || known.n !== n) return false;
    const [x, y] = [ofNumber(known.x, known.octets), ofNumber(known.y, known.octets)];
    const short = concat(Uint8Array.of(2 + Number(known.y & 1n)), x);
    return equal(point, short) || equal(point, concat(Uint8Array.of(4), x, y));
  });
}

function readExtensions(rest) {
  const found = new Map();
  // Behind the key: unique identifiers of issuer and subject, which nobody uses, and the extensions.
  if (rest.some(({ tag }) => tag === 0x83)) throw new Error("DER: another type");
  const holder = rest.find((element) => element.tag === 0xa3);
  if (!holder) return found;
  for (const extension of one(holder.content, SEQUENCE).children()) {
    const parts = expect(extension, SEQUENCE).children();
    const id = oid(parts[0]);
    const critical = parts[1]?.tag === BOOLEAN;
    if (found.has(id)) throw new Error("an extension is there twice");
    const inside = expect(parts[critical ? 2 : 1], OCTETS).content;
    found.set(id, { critical: critical && parts[1].content[0] !== 0, value: (READERS[id] ?? unread(id))(inside) });
  }
  return found;
}

// Of no weight here, and yet a SEQUENCE or nothing at all: directory attributes, constraints, policies, places of
// lists (RFC 5280 §4.2).
const SEQUENCES = /^(?:2\.5\.29\.(?:9|30|31|32|33|36|46)|1\.3\.6\.1\.5\.5\.7\.1\.1)$/;
const unread = (id) => (inside) => first(inside, SEQUENCES.test(id) ? SEQUENCE : null);

const USAGES = { 0: "digital_signature", 5: "key_cert_sign", 6: "crl_sign" };

const READERS = {
  [EXTENSION.subjectKeyId]: (inside) => first(inside, OCTETS).content,
  [EXTENSION.authorityKeyId]: (inside) => {
    const parts = first(inside, SEQUENCE).children();
    if (parts.some(({ tag }) => tag === 0xa0)) throw new Error("DER: another type");
    return parts.find((part) => part.tag === 0x80)?.content ?? null;
  },
  [EXTENSION.keyUsage]: (inside) => {
    const { content } = first(inside, 0x03);
    if (!content.length || content[0] > 7) throw new Error("DER: no bit string");
    const set = new Set();
    for (let bit = 0; bit < (content.length - 1) * 8; bit++) {
      if ((content[1 + (bit >> 3)] >> (7 - (bit & 7))) & 1) set.add(USAGES[bit] ?? bit);
    }
    return set;
  },
  [EXTENSION.usagePeriod]: (inside) => {
    const parts = first(inside, SEQUENCE).children();
    if (parts.some(({ tag }) => tag === 0xa0 || tag === 0xa1)) throw new Error("DER: another type");
    const known = parts.filter(({ tag }) => tag === 0x80 || tag === 0x81);
    const moments = new Map(known.map((part) => [part.tag, generalizedTime(part.content)]));
    return [moments.get(0x80) ?? null, moments.get(0x81) ?? null];
  },
  [EXTENSION.purposes]: (inside) => new Set(first(inside, SEQUENCE).children().map(oid)),
  [EXTENSION.constraints]: (inside) => {
    const [authority] = first(inside, SEQUENCE).children();
    return { authority: authority?.tag === BOOLEAN && authority.content[0] !== 0 };
  },
  [EXTENSION.subjectNames]: names,
  [EXTENSION.issuerNames]: names,
  [EXTENSION.documentTypes]: (inside) => {
    const [version, types, more] = one(inside).children();
    if (more || integer(version) !== 0n) throw new Error("documentTypeList of another version");
    return new Set(types.children().map((type) => latin(expect(type, 0x13).content)));
  },
};

const GENERAL_NAMES = [0xa0, 0x81, 0x82, 0xa3, 0xa4, 0xa5, 0x86, 0x87, 0x88];

/** Of the alternative names: the states (Doc 9303 Part 12 §7.1.1.2: as locality), and the addresses. */
function names(inside) {
  const all = first(inside, SEQUENCE).children();
  if (all.some(({ tag }) => !GENERAL_NAMES.includes(tag))) throw new Error("DER: another type");
  const directories = all.filter((part) => part.tag === 0xa4).map((part) => readName(one(part.content)));
  return {
    states: directories.map((directory) => attribute(directory, "locality_name")).filter((state) => state !== null),
    uris: all.filter((part) => part.tag === 0x86).map((part) => latin(part.content)),
  };
}

const latin = (octets) => String.fromCharCode(...octets);

function directoryString({ tag, content }) {
  if (tag === 0x0c) return utf8Text(content);
  if (tag === 0x1e) {
    if (content.length % 2) throw new Error("half a character");
    return new TextDecoder("utf-16be", { fatal: true }).decode(content);
  }
  if ([0x13, 0x14, 0x16].includes(tag)) return latin(content);
  throw new Error("no text");
}

/** A distinguished name: a key to compare by (RFC 5280 §7.1: case and blanks do not count), and for people. */
export function readName(element) {
  const relatives = expect(element, SEQUENCE).children().map((set) =>
    expect(set, SET).children().map((pair) => {
      const [type, value] = expect(pair, SEQUENCE).children();
      const id = oid(type);
      return { type: ATTRIBUTES[id] ?? id, value: directoryString(value) };
    }),
  );
  const folded = (value) => value.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
  const attributes = relatives.flat();
  return {
    key: JSON.stringify(relatives.map((set) => set.map(({ type, value }) => `${type}=${folded(value)}`).sort())),
    text: attributes.map(({ type, value }) => `${type}=${[...value].map((c) => (printable(c) ? c : "\ufffd")).join("")}`).join(", "),
    attributes,
  };
}

/** The one value of an attribute; null where there is none or several. */
function attribute({ attributes }, type) {
  const values = attributes.filter((part) => part.type === type);
  return values.length === 1 ? values[0].value : null;
}

export function timeOf(element) {
  const { tag, content } = element;
  if (tag === 0x18) return generalizedTime(content);
  expect(element, 0x17);
  const digits = latin(content);
  return moment(/^\d{12}Z$/.test(digits) ? `${Number(digits.slice(0, 2)) < 50 ? "20" : "19"}${digits}` : "");
}

export const generalizedTime = (content) => moment(latin(content));

/** Unix seconds of YYYYMMDDHHMMSS in Greenwich. */
function moment(digits) {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z?$/.exec(digits);
  if (!found) throw new Error("no time");
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number);
  const made = new Date(Date.UTC(2000, 0, 1));
  made.setUTCFullYear(year, month - 1, day);
  made.setUTCHours(hour, minute, second);
  const same = made.getUTCFullYear() === year && made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
  if (!year || !same || hour > 23 || minute > 59 || second > 59) throw new Error("no time");
  return made.getTime() / 1000;
}
