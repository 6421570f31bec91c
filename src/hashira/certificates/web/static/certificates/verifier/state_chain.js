// The chain from the signer of a seal to the authority (CSCA) of its state. A seal does not say when it was
// signed: it is not older than the last event it attests, nor younger than the moment of judging, and the key
// must have been allowed to sign somewhere between. Source: Doc 9303 Part 12 §7.1, ICAO TR "VDS-NC".

import { EXTENSION, HEALTH_AUTHORITY, HEALTH_SIGNER, isSelfSigned, isSignedBy } from "./x509.js";
import { equal } from "./octets.js";
import { tables } from "./tables.js";

export class ChainBroken extends Error {
  constructor(ja, en) {
    super(en);
    this.reason = { ja, en };
  }
}
export class NoAuthority extends ChainBroken {}
export class Forged extends ChainBroken {}
export class OutsideTime extends ChainBroken {}

/** The two letters that the certificates of a state name, or null. */
export function twoLetters(state) {
  const { states } = tables();
  const letters = state.replace(/<+$/, "");
  return Object.hasOwn(states, letters) ? states[letters] : null;
}

/** When a key may sign: its usage period, within the validity of its certificate. */
export const signingPeriod = (it) => [
  Math.max(it.notBefore, it.signingFrom ?? it.notBefore),
  Math.min(it.notAfter, it.signingUntil ?? it.notAfter),
];

/** The authority that vouches for the signer. `earliest` and `at` are Unix seconds. */
export async function checkStateChain(signer, { state, type, trust, earliest, at }) {
  const named = (await trust.authorities()).filter((one) => one.subject === signer.issuer);
  const fitting = named.filter(
    ({ subjectKeyId: own }) => !signer.authorityKeyId || !own || equal(signer.authorityKeyId, own),
  );
  if (!fitting.length) {
    throw new NoAuthority(
      `署名者の証明書を出した国の認証局（CSCA）が信頼情報にありません: ${signer.subjectText}`,
      `The trust information has no CSCA that issued the signer's certificate: ${signer.subjectText}`,
    );
  }
  const signing = [];
  for (const authority of fitting) if (await isSignedBy(signer, authority)) signing.push(authority);
  if (!signing.length) {
    throw new Forged(
      "署名者の証明書を、その認証局は署名していません",
      "The authority it names did not sign the signer's certificate",
    );
  }
  checkSigner(signer, state, type);
  let trouble = null;
  for (const authority of signing) {
    try {
      await checkAuthority(authority, signer);
      checkTimes(signer, authority, earliest, at);
      return authority;
    } catch (error) {
      if (!(error instanceof ChainBroken)) throw error;
      trouble ??= error;
    }
  }
  throw trouble;
}

function checkSigner(signer, state, type) {
  if (signer.version !== 3 || !signer.purposes?.has(HEALTH_SIGNER)) {
    throw new NoAuthority("署名者の証明書が、健康証明の署名用ではありません", "The signer's certificate is not for health seals");
  }
  const { critical, keyUsage } = signer;
  if (!critical.has(EXTENSION.purposes) || !critical.has(EXTENSION.keyUsage) || signer.unknownCritical) {
    throw new NoAuthority("署名者の証明書の重要な拡張が規格と違います", "The critical extensions of the signer are not those of the profile");
  }
  if (!keyUsage.has("digital_signature") || keyUsage.has("key_cert_sign") || signer.isAuthority) {
    throw new NoAuthority("署名者の証明書の鍵用途が、署名だけになっていません", "The key usage of the signer is not signing alone");
  }
  if (!signer.documentTypes.has(type)) {
    throw new NoAuthority(`署名者は、この種類の証明書（${type}）の署名者ではありません`, `The signer is not one for documents of this type (${type})`);
  }
  const country = twoLetters(state);
  const countries = [signer.subjectCountry, signer.issuerCountry].map((name) => (name ?? "").toUpperCase());
  if (country === null || countries.some((name) => name !== country)) {
    throw new NoAuthority(`証明書の国（${state}）と署名者の国が違います`, `The state of the seal (${state}) is not the state of its signer`);
  }
  if (signer.states.some((other) => twoLetters(other) !== country)) {
    throw new NoAuthority(`署名者の別名の国が${state}ではありません`, `An alternative name of the signer is not of ${state}`);
  }
}

async function checkAuthority(authority, signer) {
  if (!authority.isAuthority || !authority.keyUsage.has("key_cert_sign") || authority.unknownCritical) {
    throw new NoAuthority("信頼情報の証明書が、認証局のものではありません", "The trusted certificate is not one of an authority");
  }
  if (authority.purposes && !authority.purposes.has(HEALTH_AUTHORITY)) {
    throw new NoAuthority("認証局の拡張鍵用途が、健康証明のものではありません", "The extended key usage of the authority is not for health seals");
  }
  if ((authority.subjectCountry ?? "").toUpperCase() !== (signer.issuerCountry ?? "").toUpperCase()) {
    throw new NoAuthority("認証局の国が違います", "The authority is of another state");
  }
  if (isSelfSigned(authority) && !(await isSignedBy(authority, authority))) {
    throw new NoAuthority("認証局の証明書が壊れています", "The authority's certificate is damaged");
  }
}

function checkTimes(signer, authority, earliest, at) {
  for (const certificate of [signer, authority]) {
    if (at < certificate.notBefore || at > certificate.notAfter) {
      throw new OutsideTime(`判定の時点は証明書の有効期間の外です: ${certificate.subjectText}`, `Judged outside the validity of a certificate: ${certificate.subjectText}`);
    }
  }
  if (earliest > at) throw new OutsideTime("判定の時点より後の出来事が書かれています", "It attests an event after the moment of judging");
  const [begins, ends] = signingPeriod(signer);
  if (Math.max(begins, earliest) > Math.min(ends, at)) {
    throw new NoAuthority("署名鍵の使用期間に署名できたはずのない内容です", "It cannot have been signed in the period of the key");
  }
  const [first, last] = signingPeriod(authority);
  if (signer.notBefore < first || signer.notBefore > last) {
    throw new NoAuthority("認証局の鍵の使用期間の外で、署名者の証明書が出されています", "The signer's certificate was issued outside the period of the authority's key");
  }
}
