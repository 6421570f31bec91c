// Whether a certificate is about the traveller whose zone was read. The same cases are put to the server's twin
// (tests/certificates/traveller_cases.json).

/** A name as a zone has it, with blanks for fillers. */
export const plainName = (written) =>
  written.toUpperCase().replaceAll("'", "").replace(/[<\-\s]+/g, " ").trim();

const BIRTH = /^(?:19|20)([0-9]{2})(?:-([0-9]{2}))?(?:-([0-9]{2}))?$/;
/** Doc 9303 gives a name 30, 31 or 39 positions, a seal 39: whoever fills them may have been cut. */
const FULL = 38;
/** Kinds of certificates that do not say which part of a name comes first. */
const UNORDERED = ["icvp", "who-ddcc-vs", "who-ddcc-tr"];

/**
 * `{differs: [...], compared: [...], eye}` for the content of a certificate and a zone.
 *
 * What the certificate does not say is not compared. `eye`: of the name a person has to judge, since it is not in
 * the letters of a zone, or had no room there and only begins alike.
 */
export function compare(content, zone) {
  const { holder } = content, differs = [], compared = [];
  let eye = false;
  const note = (field, same) => {
    compared.push(field);
    if (!same) differs.push(field);
  };
  if (holder.document_number) {
    note("passport", holder.document_number.toUpperCase().replace(/[<\s-]+/g, "") === zone.number);
  }
  const birth = BIRTH.exec(holder.birth_date ?? "");
  if (birth) {
    const parts = zone.birth.match(/../g), known = birth.slice(1);
    const same = parts.every((part, i) => part === "<<" || known[i] === undefined || part === known[i]);
    // A year alone can differ, and cannot prove anything.
    if (!same || known.every((part) => part !== undefined)) note("birth", same);
  } else if (holder.birth_date) note("birth", false);
  const name = plainName(content.transliterated || holder.name || "");
  if (name && !/^[A-Z ]+$/.test(name)) eye = true;
  else if (name) {
    const [short, long] = name.length < zone.name.length ? [name, zone.name] : [zone.name, name];
    const words = (text) => text.split(" ").sort().join(" ");
    const same = short === long || (UNORDERED.includes(content.kind) && words(short) === words(long));
    eye = !same && (zone.nameMayBeCut || name.length >= FULL) && long.startsWith(short);
    note("name", same || eye);
  }
  return { differs, compared, eye };
}

/** `matches`, `differs`, `eye`, or `open`: nothing is there that would prove it. */
export function finding({ differs, compared, eye }) {
  if (differs.length) return "differs";
  if (!compared.includes("passport") && !compared.includes("birth")) return "open";
  return eye ? "eye" : "matches";
}
