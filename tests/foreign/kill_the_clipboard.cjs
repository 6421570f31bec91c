// npm kill-the-clipboard (MIT), the library of the SMART Health Cards and Links implementation guide.
'use strict';

const { SHCIssuer, SHCReader } = require('kill-the-clipboard');

require('./exchange.cjs')({
  // { codes: [text of a QR code, …], key: public JWK } → { bundle }
  async verify({ codes, key }) {
    const reader = new SHCReader({ publicKey: key });
    const card = await reader.fromQRNumeric(codes.length === 1 ? codes[0] : codes);
    return { bundle: await card.asBundle() };
  },
  // { content: of a .smart-health-card file, key } → { bundle }
  async open({ content, key }) {
    const card = await new SHCReader({ publicKey: key }).fromFileContent(content);
    return { bundle: await card.asBundle() };
  },
  // { issuer, bundle, privateKey, key, chunk: letters a code } → { codes, jws }
  async issue({ issuer, bundle, privateKey, key, chunk }) {
    const card = await new SHCIssuer({ issuer, privateKey, publicKey: key }).issue(bundle);
    return { codes: card.asQRNumeric({ enableChunking: true, maxSingleQRSize: chunk }), jws: card.asJWS() };
  },
  // Tries the network; the test wants to see it refused.
  async fetch() {
    return { status: (await fetch('http://127.0.0.1:9/')).status };
  },
});
