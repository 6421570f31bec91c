// What a certificate says, as lines that a person reads; the same for every format.

const joined = (...parts) => parts.filter(Boolean).join(" · ");

/** Pairs of a word and a value: who the certificate is about. */
export function personOf({ holder, transliterated, nationality, issuer }) {
  return [
    ["name", holder.name],
    ...(transliterated ? [["roman", transliterated.replaceAll("<", " ").trim()]] : []),
    ["birth", holder.birth_date],
    ...(holder.document_number ? [["passport", holder.document_number]] : []),
    ...(nationality ? [["nationality", nationality]] : []),
    ["issuer", issuer],
  ];
}

/** The doses, and what is no dose: tests and recoveries, each beginning with a word. */
export function eventsOf(content) {
  const tests = content.tests ?? (content.test ? [content.test] : []);
  return [
    ...content.doses.map((dose) => [null, joined(
      dose.date, dose.number && `#${dose.number}${dose.total ? `/${dose.total}` : ""}`, dose.product, dose.lot,
      dose.centre ?? dose.authority, dose.country,
      dose.valid_from && `${dose.valid_from} → ${dose.valid_until ?? ""}`,
    )]),
    ...tests.map((test) => ["test", joined(test.collected, test.result, test.kind, test.place, test.country)]),
    ...(content.recoveries ?? []).map((one) => ["recovery", joined(
      one.positive_on, `${one.valid_from} → ${one.valid_until}`, one.country,
    )]),
  ];
}
