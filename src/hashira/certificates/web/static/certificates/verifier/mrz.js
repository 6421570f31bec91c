// The machine-readable zone of travel documents (ICAO Doc 9303 Parts 3 to 6). Every check digit is computed.

import { plainName } from "./traveller.js";

const WEIGHTS = [7, 3, 1];
const VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The check digit of a field of A-Z, 0-9 and `<` (Part 3 §4.9). */
export function checkDigit(field) {
  const value = (character) => (character === "<" ? 0 : VALUES.indexOf(character));
  return String([...field].reduce((sum, character, i) => sum + value(character) * WEIGHTS[i % 3], 0) % 10);
}

/** Why a zone cannot be read: `form`, or the field whose check digit or content is wrong. */
export class ZoneWrong extends Error {
  constructor(field) {
    super(field);
    this.field = field;
  }
}

// Line and first position from 0, and length.
const twoLines = (columns, optional) => ({
  columns,
  rows: 2,
  name: [0, 5, columns - 5],
  number: [1, 0, 9],
  birth: [1, 13, 6],
  sex: [1, 20, 1],
  expiry: [1, 21, 6],
  optional: [1, 28, optional],
  composite: [1, columns - 1, 1],
  covered: [[1, 0, 10], [1, 13, 20], [1, 21, columns - 1]],
});
const LAYOUTS = {
  TD3: twoLines(44, 14),
  TD2: twoLines(36, 7),
  TD1: {
    columns: 30,
    rows: 3,
    name: [2, 0, 30],
    number: [0, 5, 9],
    birth: [1, 0, 6],
    sex: [1, 7, 1],
    expiry: [1, 8, 6],
    optional: [0, 15, 15],
    composite: [1, 29, 1],
    covered: [[0, 5, 30], [1, 0, 7], [1, 8, 15], [1, 18, 29]],
  },
};

/** The zone `{size, name, nameMayBeCut, number, birth}`; throws ZoneWrong. Blanks and small letters are taken. */
export function readZone(text) {
  let rows = text.normalize("NFKC").toUpperCase().split(/[\n\r]+/).map((row) => row.replace(/\s/g, "")).filter(Boolean);
  for (const [size, layout] of Object.entries(LAYOUTS)) {
    const { columns } = layout;
    if (rows.length === 1 && rows[0].length === layout.rows * columns) {
      const [whole] = rows;
      rows = Array.from({ length: layout.rows }, (_, i) => whole.slice(i * columns, (i + 1) * columns));
    }
    if (rows.length === layout.rows && rows.every((row) => row.length === columns)) return readAs(size, layout, rows);
  }
  throw new ZoneWrong("form");
}

function readAs(size, layout, rows) {
  if (rows.some((row) => !/^[A-Z0-9<]*$/.test(row))) throw new ZoneWrong("form");
  const at = ([row, start, length]) => rows[row].slice(start, start + length);
  const after = ([row, start, length]) => rows[row][start + length];
  const held = (field, place) => {
    if (checkDigit(at(place)) !== after(place)) throw new ZoneWrong(field);
    return at(place);
  };
  let number;
  if (size !== "TD3" && after(layout.number) === "<") {
    // Cards: a longer number goes on in the optional field, with its check digit (Part 5 §4.2.2.1 note j).
    const [rest] = at(layout.optional).split("<");
    number = at(layout.number) + rest.slice(0, -1);
    if (rest.length < 2 || checkDigit(number) !== rest.at(-1)) throw new ZoneWrong("number");
  } else number = held("number", layout.number);
  number = number.replace(/<+$/, "");
  if (!number) throw new ZoneWrong("number");
  const birth = date(held("birth", layout.birth), "birth");
  date(held("expiry", layout.expiry), "expiry");
  const bare = !at(layout.optional).replaceAll("<", "");
  if (size === "TD3" && !(bare && after(layout.optional) === "<")) held("optional", layout.optional);
  const covered = layout.covered.map(([row, start, end]) => rows[row].slice(start, end)).join("");
  if (checkDigit(covered) !== at(layout.composite)) throw new ZoneWrong("composite");
  const name = at(layout.name);
  if (/[0-9]/.test(name) || !name.replaceAll("<", "").length || name.startsWith("<<")) throw new ZoneWrong("name");
  if (!/^[FMX<]$/.test(at(layout.sex))) throw new ZoneWrong("sex");
  return { size, name: plainName(name), nameMayBeCut: !name.endsWith("<"), number, birth };
}

function date(field, name) {
  if (!/^(?:[0-9]{2}|<<){3}$/.test(field)) throw new ZoneWrong(name);
  const [year, month, day] = field.match(/../g).map((part) => (part === "<<" ? null : Number(part)));
  const made = new Date(Date.UTC(2000 + (year ?? 0), (month ?? 1) - 1, day ?? 1));
  if (made.getUTCMonth() !== (month ?? 1) - 1 || made.getUTCDate() !== (day ?? 1)) throw new ZoneWrong(name);
  return field;
}
