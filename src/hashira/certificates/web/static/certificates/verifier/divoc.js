// DIVOC certificates are known here, and not read: their signature is over a graph in canonical order, which the
// server computes. A person at a door learns where to turn.

import { unsupported } from "./verdict.js";

export const NAME = "divoc";
const MOST_READ = 24 * 1024;
const CREDENTIAL = "ProofOfVaccinationCredential", CONTEXT = "https://www.w3.org/2018/credentials/v1";

export function sniff(given) {
  const head = given.slice(0, MOST_READ).replace(/^[\ufeff \t\r\n]+/, "");
  if (/^[{[]/.test(head)) return head.includes(CREDENTIAL) && head.includes(CONTEXT);
  return head.startsWith("PK\x03\x04") || head.slice(0, 4).toUpperCase() === "B64:";
}

export async function verify() {
  throw unsupported(
    "DIVOCの証明書は、この端末の中では確かめられません。通信のあるところで「証明書を確かめる」のページを使ってください",
    "A DIVOC certificate cannot be verified within this device; use the page that verifies on the server",
  );
}
