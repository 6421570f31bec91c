// The certificates published beside a card's key (SMART Health Cards 1.4.0, "Determining keys associated with
// an issuer"). The key is believed without them; they can only take trust away. Judged at the time of signing.

import { isSignedBy, readCertificate, sameKey } from "./x509.js";
import { untrusted } from "./verdict.js";

/** The subjects, leaf first, if each certificate held at `signedAt` and signed the one before it. */
export async function checkKeyChain(key, issuer, signedAt) {
  let chain, own;
  try {
    chain = await Promise.all(key.x5c.map(readCertificate));
    own = await key.publicKey();
    if (!chain[0].uris) throw new Error("no alternative name");
  } catch {
    throw untrusted("鍵の証明書を読めません", "The certificate of the key is not readable");
  }
  const [leaf] = chain;
  if (!sameKey(leaf.publicKey, own)) throw untrusted("証明書の鍵が署名の鍵と違います", "The certificate is about another key");
  if (!leaf.uris.includes(issuer)) throw untrusted("証明書の発行者名が違います", "The certificate names another issuer");
  if (chain.some((one) => signedAt < one.notBefore || signedAt > one.notAfter)) {
    throw untrusted("署名の時点で証明書が有効ではありません", "A certificate was not valid at the time of signing");
  }
  if ((leaf.signingFrom !== null && signedAt < leaf.signingFrom) || (leaf.signingUntil !== null && signedAt > leaf.signingUntil)) {
    throw untrusted("鍵の使用期間の外で署名されています", "Signed outside the period of the key");
  }
  for (const [i, upper] of chain.slice(1).entries()) {
    const lower = chain[i];
    if (lower.issuer !== upper.subject || !(await isSignedBy(lower, upper)) || !upper.constraints) {
      throw untrusted("証明書のつながりが切れています", "The chain of certificates is broken");
    }
    if (!upper.isAuthority) throw untrusted("認証局でない証明書が署名しています", "A certificate that is no CA has signed");
  }
  return chain.map((one) => one.subjectText);
}
