// The WHO's digital yellow card, claim -6 of an HCERT, in any of its three layouts. As the server reads it
// (docs/reference/hcert.md).

import { isDay, nextDay } from "./calendar.js";
import { dose, holder, missing, object, optional, text, wrong } from "./claim.js";
import { tables } from "./tables.js";

const ICD11 = "http://id.who.int/icd11/mms";
const WORDS = { primary: 1, firstdose: 1, seconddose: 2, thirddose: 3 };

/** What the claim says; throws NotAClaim. `signedAt` in Unix seconds. */
export function readIcvp(claim, issuer, signedAt) {
  const members = object(claim, "-6");
  const latest = members.has("vx");
  let entry = members.get(latest ? "vx" : "v");
  if (Array.isArray(entry)) {
    if (entry.length !== 1) wrong("v: a certificate is of one dose");
    [entry] = entry;
  }
  const given = readDose(object(entry, "v"));
  const birth_date = day(members, "dob");
  // Where the dose was given it may have been a day later than in Greenwich.
  if (birth_date > given.date || given.date > nextDay(signedAt)) wrong("a date lies after another that it must precede");
  return {
    holder: holder({
      name: text(members, "n"),
      birth_date,
      document_number: optional(members, latest ? "id" : "nid"),
    }),
    doses: [given],
    issuer,
    certificate_number: null,
    kind: "icvp",
    sex: optional(members, "s"),
    nationality: optional(members, latest ? "nt" : "ntl"),
    guardian: optional(members, "gn"),
  };
}

function readDose(entry) {
  const { products, system } = tables().icvp;
  const listed = (code) => (code !== null && Object.hasOwn(products, code) ? products[code] : null);
  const vaccine = text(entry, "vp"), product = optional(entry, "mp");
  const code = listed(vaccine) ? vaccine : listed(product) ? product : null;
  const known = listed(code);
  const written = optional(entry, "dn") ?? "";
  const authority = optional(entry, "is"), clinician = optional(entry, "cn");
  const word = written.toLowerCase();
  return dose({
    date: day(entry, entry.has("dv") ? "dv" : "dt"),
    product: known ? known.name : product ?? vaccine,
    code_system: code ? system : vaccine.startsWith("XM") ? ICD11 : "",
    code: code ?? vaccine,
    lot: text(entry, "bo"),
    centre: authority ?? clinician,
    number: /^[1-9][0-9]?$/.test(written) ? Number(written) : Object.hasOwn(WORDS, word) ? WORDS[word] : null,
    disease: optional(entry, "tg") ?? (known ? known.disease : ""),
    maker: optional(entry, "ma") ?? (known ? known.maker : ""),
    number_text: written,
    clinician: clinician ?? "",
    valid_from: missing(entry.get("vls")) ? null : day(entry, "vls"),
    valid_until: missing(entry.get("vle")) ? null : day(entry, "vle"),
  });
}

function day(members, name) {
  const value = members.get(name);
  return isDay(value) ? value : wrong(`${name}: not a date`);
}
