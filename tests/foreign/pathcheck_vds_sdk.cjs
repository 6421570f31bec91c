// npm @pathcheck/vds-sdk (GPL-3.0-only; a process of its own, nothing of it enters the product).
//
// This release checks the signature by the certificate inside the seal and leaves the chain out.
'use strict';

const sdk = require('@pathcheck/vds-sdk');

require('./exchange.cjs')({
  // { code } → { payload }, which is absent where it does not verify
  async verify({ code }) {
    return { payload: (await sdk.unpackAndVerify(code)) || null };
  },
  // { payload, certificate: PEM, privateKey: PEM (PKCS 8) } → { code }
  async issue({ payload, certificate, privateKey }) {
    return { code: await sdk.signAndPack(payload, certificate, privateKey) };
  },
});
