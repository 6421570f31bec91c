// The EU Digital COVID Certificate, claim 1 of an HCERT: vaccinations, tests and recoveries, also as real issuers
// wrote them since version 1.0.0. As the server reads them (docs/reference/hcert.md).

import { truthy } from "./cbor.js";
import { isDay, isMoment, nextDay, withoutTime } from "./calendar.js";
import { dose, holder, missing, object, text, wrong } from "./claim.js";
import { trim } from "./octets.js";
import { tables } from "./tables.js";

const GROUPS = ["v", "t", "r"], PURPOSES = { t: "1", v: "2", r: "3" };
const MOST_EARLY = 8;
const BIRTH_DATE = /^(?:(?:19|20)[0-9]{2}(?:-[0-9]{2}){0,2})?$/, TRANSLITERATED = /^[A-Z<]*$/;

/** What the claim says; throws NotAClaim. `signedAt` in Unix seconds. */
export function readDcc(claim, issuer, signedAt) {
  const members = object(claim, "1");
  const early = minorVersion(members.get("ver")) < 3;
  const named = readName(members.get("nam"), birthDate(members.get("dob"), signedAt));
  const groups = GROUPS.filter((group) => truthy(members.get(group)));
  if (groups.length !== 1) wrong("not exactly one of v, t, r");
  const [group] = groups, entries = members.get(group);
  if (!Array.isArray(entries) || entries.length > (early ? MOST_EARLY : 1)) wrong(`${group}: more than one entry`);
  const objects = entries.map((entry) => object(entry, group));
  const number = text(objects[0], "ci");
  const read = { v: readDose, t: readTest, r: readRecovery }[group];
  const found = objects.map((entry) => read(entry, early));
  return {
    holder: named.holder,
    doses: group === "v" ? found : [],
    issuer,
    certificate_number: number,
    kind: "eu-dcc",
    group,
    version: members.get("ver"),
    purpose: PURPOSES[group],
    transliterated: named.transliterated,
    tests: group === "t" ? found : [],
    recoveries: group === "r" ? found : [],
  };
}

function minorVersion(value) {
  const found = typeof value === "string" ? /^1\.([0-9]{1,3})\.[0-9]{1,3}$/.exec(value) : null;
  return found ? Number(found[1]) : wrong("ver: not a version 1");
}

/** The date, month or year, null where it is unknown; never after the signing. */
function birthDate(value, signedAt) {
  const written = typeof value === "string" ? withoutTime(value) : null;
  if (written === null || !BIRTH_DATE.test(written)) wrong("dob: not a date, month or year from 1900 to 2099, nor empty");
  // The day of signing is later east of Greenwich, so that a child born on it may have a day more.
  if (written.slice(0, 10) > nextDay(signedAt).slice(0, written.length)) wrong("dob: after the signing");
  return written || null;
}

const optionalText = (members, name) => (missing(members.get(name)) ? null : text(members, name, { empty: true }));

function readName(value, birth_date) {
  const name = object(value, "nam");
  const [family, given, surname, forename] = ["fn", "gn", "fnt", "gnt"].map((part) => optionalText(name, part));
  if (surname === null && forename === null) wrong("nam: neither fnt nor gnt");
  for (const [written, standard] of [[family, surname], [given, forename]]) {
    if (standard !== null && !TRANSLITERATED.test(standard)) wrong("nam: not A-Z and <");
    if (written !== null && trim(written) && !standard) wrong("nam: a part is not transliterated");
  }
  const transliterated = [surname, forename].filter(Boolean).join("<<");
  const whole = [family, given].filter(Boolean).join(" ") || transliterated.replaceAll("<", " ");
  return { transliterated, holder: holder({ name: whole, birth_date, family, given: given ? [given] : [] }) };
}

function readDose(entry, early) {
  const empty = { empty: early };
  const medicine = text(entry, "mp", empty), country = text(entry, "co", empty);
  const number = count(entry.get("dn"), "dn", early);
  const { medicines } = tables().dcc;
  return dose({
    date: day(entry, "dt"),
    product: Object.hasOwn(medicines, medicine) ? medicines[medicine] : medicine,
    code_system: tables().dcc.system,
    code: medicine,
    country: country || null,
    number: number || null,
    total: count(entry.get("sd"), "sd", early) || null,
    disease: text(entry, "tg"),
    holder: text(entry, "ma", empty),
    prophylaxis: text(entry, "vp", empty),
    authority: text(entry, "is", empty),
  });
}

function readTest(entry, early) {
  const { kinds, results } = tables().dcc;
  const kind = text(entry, "tt", { empty: early }), result = text(entry, "tr", { empty: early });
  text(entry, "tg");
  const collected = entry.get("sc");
  if (!isMoment(collected)) wrong("sc: not a time with its zone");
  return {
    result: Object.hasOwn(results, result) ? results[result] : result,
    kind: Object.hasOwn(kinds, kind) ? kinds[kind] : kind,
    sample: null,
    collected,
    reported: optionalText(entry, "dr") ?? "",
    place: optionalText(entry, "tc") ?? "",
    country: text(entry, "co", { empty: early }),
  };
}

const readRecovery = (entry, early) => ({
  disease: text(entry, "tg"),
  positive_on: day(entry, "fr"),
  valid_from: day(entry, "df"),
  valid_until: day(entry, "du"),
  country: text(entry, "co", { empty: early }),
});

function day(members, name) {
  const value = members.get(name), written = typeof value === "string" ? withoutTime(value) : null;
  return isDay(written) ? written : wrong(`${name}: not a date`);
}

function count(value, name, early) {
  const right = typeof value === "number" && value >= (early ? 0 : 1) && value <= 99;
  return right ? value : wrong(`${name}: not a number of doses`);
}
