// npm @pathcheck/divoc-sdk (GPL-3.0-only; a process of its own, nothing of it enters the product).
//
// Its `sign` and `verify` are for RsaSignature2018. Ed25519Signature2018 is signed and verified with the
// jsonld-signatures 6.0.0 inside it and with the contexts that it brings.
'use strict';

const load = require('esm')(module);
const sdk = require('@pathcheck/divoc-sdk');
const lib = '@pathcheck/divoc-sdk/lib';
const found = load(`${lib}/jsonld-signatures-6.0.0/jsonld-signatures.js`);
const jsigs = found.default ?? found;
const { Ed25519KeyPair } = require('crypto-ld');
const { vaccinationContext, vaccinationContextV2 } = require(`${lib}/context/vaccination-context.js`);

const contexts = {
  'https://www.w3.org/2018/credentials/v1': require(`${lib}/context/credentials.json`),
  'https://w3id.org/security/v1': require(`${lib}/context/security-v1.json`),
  'https://w3id.org/security/v2': require(`${lib}/context/security-v2.json`),
  'https://cowin.gov.in/credentials/vaccination/v1': vaccinationContext,
  'https://cowin.gov.in/credentials/vaccination/v2': vaccinationContextV2,
};

function documentLoader(url) {
  if (!(url in contexts)) throw new Error(`no network: ${url}`);
  return { contextUrl: null, documentUrl: url, document: contexts[url] };
}

function parts(method, controllerId, key) {
  const publicKey = { '@context': jsigs.SECURITY_CONTEXT_URL, ...key.publicNode(), id: method, controller: controllerId };
  const controller = {
    '@context': jsigs.SECURITY_CONTEXT_URL,
    id: controllerId,
    publicKey: [publicKey],
    assertionMethod: [method],
  };
  const { Ed25519Signature2018 } = jsigs.suites;
  const { AssertionProofPurpose } = jsigs.purposes;
  return {
    suite: new Ed25519Signature2018({ verificationMethod: method, key }),
    purpose: new AssertionProofPurpose({ controller }),
    documentLoader,
    compactProof: false,
  };
}

require('./exchange.cjs')({
  // { document, privateKeyPem, publicKeyPem } → { packed: base64, signed }
  async signRsa({ document, privateKeyPem, publicKeyPem }) {
    const signed = await sdk.sign(document, privateKeyPem, publicKeyPem);
    return { packed: Buffer.from(await sdk.pack(signed), 'latin1').toString('base64'), signed };
  },
  // { packed: base64, publicKeyPem } → { document }
  async verifyRsa({ packed, publicKeyPem }) {
    const found = await sdk.unpackAndVerify(Buffer.from(packed, 'base64').toString('latin1'), publicKeyPem);
    return found ? { document: found } : { error: 'not verified' };
  },
  // { document, method, controller } → { signed, publicKeyBase58 }
  async signEd25519({ document, method, controller }) {
    const key = await Ed25519KeyPair.generate({ id: method, controller });
    const signed = await jsigs.sign(document, parts(method, controller, key));
    return { signed, publicKeyBase58: key.publicKeyBase58 };
  },
  // { document, method, controller, publicKeyBase58 } → {}
  async verifyEd25519({ document, method, controller, publicKeyBase58 }) {
    const key = new Ed25519KeyPair({ id: method, controller, publicKeyBase58 });
    const answer = await jsigs.verify(document, parts(method, controller, key));
    return answer.verified ? {} : { error: String(answer.error && answer.error.errors) };
  },
});
