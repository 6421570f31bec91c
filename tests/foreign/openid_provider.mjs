// The npm package oidc-provider, set up as デジタル認証アプリ asks: PKCE, private_key_jwt, ES256, pairwise sub;
// or with "client", "scopes" and "claims" as the directory of a body: a shared secret, RS256, e-mail.
// It listens on the socket handed over as descriptor 3. Its page of signing in is the parameter of the address
// /interaction/:uid/:account; the account "cancel" says no.
import { createServer } from 'node:http';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const setup = JSON.parse(process.argv[2]);
const home = pathToFileURL(`${process.env.NODE_PATH}/oidc-provider/lib/index.js`);
const { Provider } = await import(home);
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

const provider = new Provider(setup.issuer, {
  clients: [
    {
      client_id: setup.client_id,
      redirect_uris: [setup.redirect_uri],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      subject_type: 'pairwise',
      require_auth_time: true,
      ...(setup.client ?? {
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        id_token_signed_response_alg: 'ES256',
        jwks: { keys: [setup.client_key] },
      }),
      ...(setup.signed_userinfo ? { userinfo_signed_response_alg: 'ES256' } : {}),
    },
  ],
  jwks: {
    keys: [
      { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'foreign-1' },
      { ...rsa.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'foreign-2' },
    ],
  },
  cookies: { keys: ['only for this test'] },
  pkce: { required: () => true },
  subjectTypes: ['pairwise'],
  pairwiseIdentifier: (_ctx, account) => createHash('sha256').update(`salt ${account}`).digest('hex'),
  acrValues: ['aal3', 'crl'],
  scopes: setup.scopes ?? ['openid', 'name', 'address', 'birthdate', 'gender'],
  claims: {
    acr: null,
    amr: null,
    auth_time: null,
    iss: null,
    openid: ['sub'],
    name: ['name'],
    address: ['address'],
    birthdate: ['birthdate'],
    gender: ['gender'],
    ...setup.claims,
  },
  features: {
    devInteractions: { enabled: false },
    jwtUserinfo: { enabled: true },
    claimsParameter: { enabled: true },
  },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...setup.people[id] }) }),
});

async function interact(request, response) {
  const account = request.url.split('/')[3];
  if (account === undefined) return response.end('choose');
  const { prompt, params, grantId } = await provider.interactionDetails(request, response);
  if (account === 'cancel') {
    return provider.interactionFinished(request, response, { error: 'access_denied' });
  }
  if (prompt.name === 'login') {
    const login = { accountId: account, acr: setup.acr, amr: setup.amr };
    return provider.interactionFinished(request, response, { login });
  }
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: account, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}

const protocol = provider.callback();
createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return protocol(request, response);
  interact(request, response).catch((error) => {
    response.statusCode = 500;
    response.end(String(error));
  });
}).listen({ fd: 3 });
