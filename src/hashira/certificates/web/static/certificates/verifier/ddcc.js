// The WHO's certificates of COVID-19, claims 3 (vaccination) and 4 (test) of an HCERT: in groups, as the logical
// models have them, or flat. As the server reads them (docs/reference/hcert.md).

import { isDay } from "./calendar.js";
import { dose, holder, isMap, missing, object, optional, text, wrong } from "./claim.js";
import { CborMap } from "./cbor.js";

const group = (members, name) => (members.has(name) ? object(members.get(name), name) : members);

/** What a certificate of vaccination says; throws NotAClaim. */
export function readVaccination(claim, issuer) {
  const members = object(claim, "3"), event = group(members, "vaccination");
  const vaccine = coding(event, "vaccine"), brand = coding(event, "brand");
  const shown = brand ?? vaccine;
  if (!vaccine) wrong("vaccine: no code");
  const country = coding(event, "country");
  const date = [...text(event, "date")].slice(0, 10).join("");
  if (!isDay(date)) wrong("date: not a date");
  const given = dose({
    date,
    product: shown.display ?? shown.code,
    code_system: vaccine.system,
    code: vaccine.code,
    lot: optional(event, "lot"),
    centre: optional(event, "centre"),
    country: country ? country.code : null,
    number: count(event.get("dose")),
  });
  return content(members, issuer, "who-ddcc-vs", { doses: [given] });
}

/** What a certificate of a test says; throws NotAClaim. */
export function readTest(claim, issuer) {
  const members = object(claim, "4"), event = group(members, "test");
  const kind = coding(event, "type"), result = coding(event, "result");
  if (!kind || !result) wrong("test: no kind or no result");
  const country = coding(event, "country"), origin = coding(event, "origin");
  const shown = {
    result: result.display ?? result.code,
    kind: kind.display ?? kind.code,
    sample: origin ? origin.display ?? origin.code : null,
    collected: text(event, "date"),
    reported: optional(event, "reportDate") ?? "",
    place: optional(event, "centre") ?? "",
    country: country ? country.code : "",
  };
  return content(members, issuer, "who-ddcc-tr", { tests: [shown] });
}

function content(members, issuer, kind, { doses = [], tests = [] }) {
  const certificate = group(members, "certificate");
  const birth_date = optional(members, "birthDate");
  if (birth_date !== null && !isDay(birth_date)) wrong("birthDate: not a date");
  return {
    holder: holder({ name: text(members, "name"), birth_date, document_number: identifier(members.get("identifier")) }),
    doses,
    issuer,
    certificate_number: identifier(certificate.get("hcid")),
    kind,
    tests,
  };
}

/** Code, system and display of a coding, or of a bare text; null where there is none. */
function coding(members, name) {
  const value = members.get(name);
  if (missing(value)) return null;
  if (typeof value === "string") return { code: text(members, name), system: "", display: null };
  const inside = object(value, name);
  return { code: text(inside, "code"), system: optional(inside, "system") ?? "", display: optional(inside, "display") };
}

/** A number of the person or the certificate: a text, or the value of a FHIR identifier. */
function identifier(value) {
  if (isMap(value)) return optional(value, "value");
  if (missing(value)) return null;
  const alone = new CborMap();
  alone.set("identifier", value);
  return text(alone, "identifier");
}

const count = (value) => (typeof value === "number" && value >= 1 && value <= 99 ? value : null);
