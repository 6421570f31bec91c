// Document signers: who may sign an HCERT, for what, and when. Sources: HCERT 1.1.1, Annex A of the eHealth
// Network's certificate governance; Doc 9303 Part 12 §7.1. The same order and the same answers as on the server.

import { signingPeriod, twoLetters } from "./state_chain.js";
import { tables } from "./tables.js";

// The arc as the regulation prints it, and as the first tools wrote it, with a nought that is too many.
const ARCS = ["1.3.6.1.4.1.1847.2021.1.", "1.3.6.1.4.1.0.1847.2021.1."];
const OWN = new Set(ARCS.flatMap((arc) => ["1", "2", "3"].map((purpose) => arc + purpose)));
const OTHER_DOCUMENTS = "2.23.136.";

/** The signer may not have signed this. */
export class NotAllowed extends Error {
  constructor(ja, en) {
    super(en);
    this.reason = { ja, en };
  }
}

/** Throws NotAllowed unless the signer may sign documents of the purpose: "1" test, "2" vaccination, "3" recovery. */
export function checkPurpose(signer, purpose, listed) {
  if (!listed && (signer.isAuthority || signer.keyUsage.has("key_cert_sign"))) {
    throw new NotAllowed("認証局の鍵で署名されています", "It is signed with the key of an authority for certificates");
  }
  if (signer.saysKeyUsage && !signer.keyUsage.has("digital_signature")) {
    throw new NotAllowed("署名用の鍵ではありません", "The key is not one for signing");
  }
  const named = [...(signer.purposes ?? [])];
  if (named.some((other) => other.startsWith(OTHER_DOCUMENTS))) {
    throw new NotAllowed(
      "署名者の証明書は、渡航文書など別の用途のものです",
      "The signer's certificate is for other documents, such as passports",
    );
  }
  const own = named.filter((one) => OWN.has(one));
  if (own.length && purpose !== null && !ARCS.some((arc) => own.includes(arc + purpose))) {
    throw new NotAllowed(
      "署名者の証明書は、この種類の証明書のためのものではありません（拡張鍵用途）",
      "The signer is not one for certificates of this kind (extended key usage)",
    );
  }
}

/** Throws NotAllowed unless the key was allowed to sign at the time that the document claims (Unix seconds). */
export function checkTime(signer, signedAt) {
  const [begins, ends] = signingPeriod(signer);
  if (begins <= signedAt && signedAt <= ends) return;
  const [first, last] = [begins, ends].map((moment) => new Date(moment * 1000).toISOString().slice(0, 10));
  throw new NotAllowed(
    `署名したという時点は、署名者の証明書の期間（${first}から${last}）の外です`,
    `The time of signing is outside the period of its signer (${first} to ${last})`,
  );
}

/** Whether a document is known to be of the state of its signer; throws NotAllowed where it names another. */
export function checkState(claimed, participant, signer) {
  const named = country(claimed), own = country(participant) ?? country(signer.subjectCountry ?? "");
  if (named === null || own === null) return false;
  if (named !== own) {
    throw new NotAllowed(
      `発行国（${claimed}）と署名者の国（${own}）が違います`,
      `It says that it is of ${claimed}, and its signer is of ${own}`,
    );
  }
  return true;
}

/** The two letters of a state given in two or three; null for what is no state. */
function country(code) {
  const upper = code.toUpperCase();
  if (tables().letters.includes(upper)) return upper;
  return [...upper].length === 3 ? twoLetters(upper) : null;
}
