// The one entrance: a text of any format to a verdict with what is known. Nothing is stored, nothing is sent.

import * as divoc from "./divoc.js";
import * as hcert from "./hcert.js";
import * as shc from "./shc.js";
import * as vdsNc from "./vds_nc.js";
import { checkStanding } from "./status.js";
import { NotVerified, unsupported } from "./verdict.js";

const FORMATS = [divoc, hcert, shc, vdsNc];

/**
 * `{verdict, reason, content, evidence}` for a text, at a moment in Unix seconds, with a Bundle to believe in.
 * The words of `verdict` are those of the server; `reason` is null where it is `verified`.
 */
export async function verify(text, { trust, at = Date.now() / 1000 }) {
  const format = FORMATS.find((one) => one.sniff(text));
  try {
    if (!format) throw unsupported("内容から形式を判別できません", "Nothing in it tells of a known format");
    const verified = await format.verify(text, trust, at);
    const { content, evidence } = verified;
    evidence.standing = await checkStanding(verified, trust);
    if (evidence.standing === "good" && !evidence.checks.includes("revocation")) evidence.checks.push("revocation");
    return { verdict: "verified", reason: null, content, evidence };
  } catch (error) {
    if (!(error instanceof NotVerified)) throw error;
    const { verdict, reason, content } = error;
    const evidence = error.evidence ?? (format ? { format: format.NAME, checks: [], chain: [] } : null);
    return { verdict, reason, content, evidence };
  }
}
