// npm @pathcheck/dcc-sdk (GPL-3.0-only; a process of its own, nothing of it enters the product).
//
// Its own trust registry comes from the network; here it gets the one certificate of the test.
'use strict';

const sdk = require('@pathcheck/dcc-sdk');

require('./exchange.cjs')({
  // { code, kid: base64, certificate: base64 DER } → { status, contents }
  async verify({ code, kid, certificate }) {
    sdk.addCachedCerts({ [kid]: certificate });
    const answer = await sdk.unpackAndVerify(code);
    const claim = answer.contents && (await sdk.parseCWT(answer.contents));
    return { status: answer.status, claim };
  },
  // { claim, issuer, certificate: PEM, privateKey: PEM (PKCS 8) } → { code }
  async issue({ claim, issuer, certificate, privateKey }) {
    const cwt = await sdk.makeCWT(claim, 12, issuer);
    return { code: await sdk.signAndPack(cwt, certificate, privateKey) };
  },
});
