// A real, certified provider of OpenID Connect, in a process of its own. Whoever signs in is who they say they are: what
// they type as their login is their address. Its one argument is `{ port, portal, provider, secret, key }` as JSON.
import { generateKeyPairSync } from "node:crypto";

import Provider from "oidc-provider";

const { port, portal, provider, secret, key } = JSON.parse(process.argv[2]);
const issuer = `http://localhost:${port}`;
const common = {
  client_id: "portico",
  redirect_uris: [`${portal}/api/sign-in/${provider}/back`],
  post_logout_redirect_uris: [`${portal}/account`, `${portal}/staff/sign-in`],
  response_types: ["code"],
  grant_types: ["authorization_code"],
  id_token_signed_response_alg: "ES256",
};
const client = key
  ? { ...common, token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "ES256", jwks: { keys: [key] } }
  : { ...common, token_endpoint_auth_method: "client_secret_basic", client_secret: secret };
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

const server = new Provider(issuer, {
  clients: [client],
  clientAuthMethods: ["client_secret_basic", "private_key_jwt"],
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "ES256", kid: "one" }] },
  cookies: { keys: ["a key for cookies"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  features: { devInteractions: { enabled: true } },
  pkce: { required: () => true },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id, email_verified: !id.startsWith("unconfirmed") }),
  }),
});
server.listen(port, () => console.log("ready"));
