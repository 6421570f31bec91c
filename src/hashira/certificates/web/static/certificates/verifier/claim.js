// Members of the claims of an HCERT, read with the bounds that all its kinds share.

import { CborMap } from "./cbor.js";
import { length, printable } from "./octets.js";

const MOST_TEXT = 300;

/** The claim is not what it should be; the message says where. */
export class NotAClaim extends Error {}

export const wrong = (why) => { throw new NotAClaim(why); };

export const isMap = (value) => value instanceof CborMap;

export const object = (value, path) => (isMap(value) ? value : wrong(`${path}: no object`));

/** A text that a page shows as itself; an empty one only where `empty`. */
export function text(members, name, { empty = false } = {}) {
  const value = members.get(name);
  if (typeof value !== "string" || length(value) > MOST_TEXT || !(value || empty) || !printable(value)) {
    wrong(`${name}: no readable text`);
  }
  return value;
}

export const missing = (value) => value === undefined || value === null;

/** The text; null where there is none or an empty one. */
export const optional = (members, name) =>
  missing(members.get(name)) || members.get(name) === "" ? null : text(members, name);

export const dose = (members) => ({ lot: null, centre: null, country: null, number: null, ...members });
export const holder = (members) => ({ birth_date: null, family: null, given: [], document_number: null, ...members });
