// What a DIVOC credential says, as RDF statements: those are signed, and nothing else. The meaning of each member
// is fixed in tables, as the server has them (divoc_statements.py), in place of contexts to be fetched.

import { isMoment } from "./calendar.js";
import { byCodePoint } from "./canonical_graph.js";
import { isObject } from "./json.js";
import { length, printable } from "./octets.js";

export const VC = "https://www.w3.org/2018/credentials/v1";
const CRED = "https://www.w3.org/2018/credentials#";
export const SCHEMA = "https://schema.org/";
const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const XSD = "http://www.w3.org/2001/XMLSchema#";
const VAC = "vac:";  // no prefix: its value in the contexts does not end as JSON-LD 1.1 asks of one

const MOST_TEXT = 400, MOST_EVIDENCE = 3, MOST_VALUES = 8, LARGEST = 10 ** 15;
const IRI = /^[A-Za-z][A-Za-z0-9+.-]*:[^<>"{}|^`\\\x00-\x1f]{1,300}$/u;
const MOMENT =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2})$/;

/** Terms that the contexts define for everything: as members they would make statements of their own. */
const TERMS = new Set([
  "schema", "vac", "ProofOfVaccinationCredential", "Person", "Vaccination", "VerifiableCredential",
  "VerifiablePresentation", "EcdsaSecp256k1Signature2019", "EcdsaSecp256r1Signature2019", "Ed25519Signature2018",
  "RsaSignature2018", "proof", "type", "id",
]);
const UNREAD = ["credentialSchema", "credentialStatus", "refreshService", "termsOfUse", "validFrom", "validUntil"];
const CREDENTIAL = [
  "@context", "id", "type", "credentialSubject", "evidence", "issuer", "issuanceDate", "expirationDate",
  "nonTransferable",
];
export const [ID, DATE, DOSE, NAME] = ["id", "date", "doseValue", "name"].map((term) => SCHEMA + term);
const ADDRESS = {
  streetAddress: SCHEMA + "streetAddress",
  streetAddress2: VAC + "addressLine2",
  city: VAC + "city",
  district: VAC + "district",
  addressRegion: SCHEMA + "addressRegion",
  postalCode: SCHEMA + "postalCode",
  addressCountry: SCHEMA + "addressCountry",
};
const PERSON = { name: NAME, age: SCHEMA + "Number", gender: SCHEMA + "gender", nationality: SCHEMA + "nationality" };
const VACCINATION = {
  certificateId: ID, batch: ID, vaccine: ID, manufacturer: ID,
  feedbackUrl: SCHEMA + "url", infoUrl: SCHEMA + "url",
  date: DATE, effectiveStart: DATE, effectiveUntil: DATE,
  dose: DOSE, totalDoses: DOSE,
};
const VERIFIER = { id: ID, name: NAME, "sign-image": SCHEMA + "image" };
const FACILITY = { name: NAME, "seal-image": SCHEMA + "image" };

const FIRST = { person: PERSON, vaccination: VACCINATION };
const SECOND = { person: { ...PERSON, refId: ID, uhid: ID }, vaccination: VACCINATION };
const THIRD = {
  person: { ...SECOND.person, dob: DATE, sex: SCHEMA + "gender" },
  vaccination: { ...VACCINATION, icd11Code: ID, prophylaxis: NAME },
};
/** By the address of the context: how its members may have been meant, the likeliest first. */
const READINGS = new Map([
  // The context of version 1 was changed under its address: both editions have signed.
  ["https://cowin.gov.in/credentials/vaccination/v1", [SECOND, FIRST]],
  ["https://cowin.gov.in/credentials/vaccination/v2", [THIRD]],
  ["https://divoc.prod/vaccine/credentials/vaccination/v1", [THIRD]],
  ["https://divoc.lgcc.gov.lk/credentials/vaccination/v1", [THIRD]],
  ["https://www.pedulilindungi.id/credentials/vaccination/v2", [THIRD]],
]);

/** The document is no credential of DIVOC that is read here; the message says where. */
export class NotACredential extends Error {}

const wrong = (why) => { throw new NotACredential(why); };
const missing = (value) => value === undefined || value === null;

/** How the document may be meant; null where its contexts are others than those known here. */
export function readingsOf(document) {
  const contexts = document.get("@context");
  if (!Array.isArray(contexts) || contexts.length !== 2 || contexts[0] !== VC) return null;
  return READINGS.get(contexts[1]) ?? null;
}

/** A thing of which something is said: `<its name>` or `_:one`, its values by their meaning, and its parts. */
class Node {
  constructor(name) {
    this.name = name;
    this.values = new Map();
    this.parts = new Map();
  }

  /** The values of a term that are not empty, in their own order. */
  of(term) {
    return [...(this.values.get(term) ?? [])].filter(Boolean).sort(byCodePoint);
  }
}

/** Collects the statements of one document, each once. */
class Writer {
  #said = new Map();
  #nameless = 0;

  get statements() {
    return [...this.#said.values()];
  }

  /** A name of the document, or a new nameless node where it has none. */
  node(value) {
    return new Node(missing(value) ? `_:b${++this.#nameless}` : `<${iri(value)}>`);
  }

  say(subject, term, told) {
    this.#said.set(`${subject} <${term}> ${told}`, [subject, term, told]);
  }

  literals(members, terms, node) {
    for (const [member, term] of Object.entries(terms)) {
      for (const [told, text] of literals(members.get(member), member)) {
        this.say(node.name, term, told);
        node.values.set(term, (node.values.get(term) ?? new Set()).add(text));
      }
    }
  }

  /** A thing without a name of its own. */
  part(holder, members, member, term, terms) {
    if (missing(members.get(member))) return;
    const inner = object(members.get(member), member, [...Object.keys(terms), "address"]);
    const node = this.node(null);
    holder.parts.set(member, node);
    this.say(holder.name, term, node.name);
    this.literals(inner, terms, node);
    if (terms === FACILITY) this.part(node, inner, "address", SCHEMA + "PostalAddress", ADDRESS);
  }
}

/** `{statements, issuer, issued, expires, person, vaccinations}`; throws NotACredential. Moments in Unix seconds. */
export function readStatements(document, reading) {
  const members = object(document, "", CREDENTIAL);
  if (UNREAD.some((member) => members.has(member))) wrong("members of credentials that are not read here");
  const writer = new Writer();
  const credential = writer.node(members.get("id"));
  if (types(members, ["VerifiableCredential", "ProofOfVaccinationCredential"]).size !== 2) wrong("type");
  writer.say(credential.name, TYPE, `<${CRED}VerifiableCredential>`);
  writer.say(credential.name, TYPE, `<${SCHEMA}ProofOfVaccinationCredential>`);
  const issuer = iri(members.get("issuer"));
  writer.say(credential.name, CRED + "issuer", `<${issuer}>`);
  const issued = moment(writer, credential, members, "issuanceDate");
  const ends = !missing(members.get("expirationDate"));
  const expires = ends ? moment(writer, credential, members, "expirationDate") : null;
  writer.literals(members, { nonTransferable: VAC + "nonTransferable" }, credential);
  const person = readPerson(writer, credential, members.get("credentialSubject"), reading.person);
  const vaccinations = readVaccinations(writer, credential, members.get("evidence"), reading.vaccination);
  return { statements: writer.statements, issuer, issued, expires, person, vaccinations };
}

function readPerson(writer, credential, value, terms) {
  const members = object(value, "credentialSubject", [...Object.keys(terms), "id", "type", "address"]);
  if (!types(members, ["Person"]).size) wrong("credentialSubject: no person");
  const person = writer.node(members.get("id"));
  writer.say(credential.name, CRED + "credentialSubject", person.name);
  writer.say(person.name, TYPE, `<${SCHEMA}Person>`);
  writer.literals(members, terms, person);
  writer.part(person, members, "address", SCHEMA + "PostalAddress", ADDRESS);
  return person;
}

function readVaccinations(writer, credential, value, terms) {
  const entries = Array.isArray(value) ? value : [value];
  if (entries.length < 1 || entries.length > MOST_EVIDENCE) wrong("evidence: too many, or none");
  const seen = new Set();
  return entries.map((entry) => {
    const members = object(entry, "evidence", [...Object.keys(terms), "id", "type", "verifier", "facility"]);
    if (!types(members, ["Vaccination"]).size) wrong("evidence: no vaccination");
    const node = writer.node(members.get("id"));
    // Several things without a name could only be told apart by trying all their orders.
    if (seen.has(node.name) || (node.name.startsWith("_:") && entries.length > 1)) wrong("evidence: two of one name");
    seen.add(node.name);
    writer.say(credential.name, CRED + "evidence", node.name);
    writer.say(node.name, TYPE, `<${VAC}Vaccination>`);
    writer.literals(members, terms, node);
    writer.part(node, members, "verifier", VAC + "verifier", VERIFIER);
    writer.part(node, members, "facility", VAC + "Facility", FACILITY);
    return node;
  });
}

/** An object. A member of no table is passed over, as in JSON-LD, unless it could mean something. */
function object(value, where, known) {
  if (!isObject(value)) wrong(`${where}: no object`);
  for (const member of value.keys()) {
    if (known.includes(member)) continue;
    if (member.includes(":") || member.startsWith("@") || TERMS.has(member)) wrong(`${where}: a member not read here`);
  }
  return value;
}

function types(members, known) {
  const value = members.get("type");
  const given = Array.isArray(value) ? value : [value];
  if (!given.every((one) => known.includes(one))) wrong("type: not of the known kinds");
  return new Set(given);
}

/** Each value as N-Quads write it and as text; `null` says nothing. */
function literals(value, member) {
  const values = Array.isArray(value) ? value : [value];
  if (values.length > MOST_VALUES) wrong(`${member}: too many values`);
  return values.filter((one) => !missing(one)).map((one) => {
    if (typeof one === "string" && length(one) <= MOST_TEXT && printable(one)) {
      return [`"${one.replace(/[\\"]/g, "\\$&")}"`, one];
    }
    if (typeof one === "number" && Math.abs(one) < LARGEST) return [`"${one}"^^<${XSD}integer>`, String(one)];
    if (typeof one === "boolean") return [`"${one}"^^<${XSD}boolean>`, String(one)];
    return wrong(`${member}: not a text or whole number`);
  });
}

function iri(value) {
  if (typeof value !== "string" || !IRI.test(value) || !printable(value)) wrong("a name that is no IRI");
  return value;
}

/** A time of the credential: said as it is written, answered as what it stands for. */
function moment(writer, credential, members, member) {
  const value = members.get(member);
  if (typeof value !== "string" || !MOMENT.test(value) || !isMoment(value)) wrong(`${member}: not a time`);
  writer.say(credential.name, CRED + member, `"${value}"^^<${XSD}dateTime>`);
  return secondsOf(value);
}

/** Unix seconds of a moment that `isMoment` has found to be one; what is finer than a microsecond is cut off. */
export function secondsOf(value) {
  const [, whole, fraction = "", sign, hours = 0, minutes = 0] =
    /^(.{19})(?:\.([0-9]+))?(?:Z|([+-])([0-9]{2}):?([0-9]{2}))$/.exec(value);
  const shift = (Number(hours) * 60 + Number(minutes)) * 60 * (sign === "-" ? -1 : 1);
  return Date.parse(`${whole}Z`) / 1000 + Number(`0.${fraction.slice(0, 6)}0`) - shift;
}
