import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { HttpClient } from '../../../../connectors/engines/http/http-client.js';
import { tokenEndpoint } from '../../../../connectors/engines/http/token-endpoint.js';
import { GuardedString } from '../../../../protocol/model/index.js';
import { SCOPE, startOAuthServer, type OAuthServer } from '../../../integration/agent/support/oauth-server.js';
import { failure, never } from './fake-token-client.js';

/** Characters that RFC 6749, section 2.3.1, has encoded before Base64. */
const SECRET = 'cl1ent: s3cret+&%41=*';
const METHODS = { basic: 'client_secret_basic', body: 'client_secret_post' } as const;
let server: OAuthServer;
let client: HttpClient;
beforeAll(async () => {
  server = await startOAuthServer(Object.values(METHODS).map((method) => ({ id: `a:b ${method}`, secret: SECRET, method })));
  client = await HttpClient.open({ authentication: noAuthentication });
});
afterAll(async () => { await client.close(); await server.close(); });

describe.each(['basic', 'body'] as const)('at a real OAuth 2 server, a client that shows itself by %s', (clientAuthentication) => {
  const source = (secret: string) => tokenEndpoint(client, {
    endpoint: new URL(server.tokenEndpoint), clientId: `a:b ${METHODS[clientAuthentication]}`, clientSecret: new GuardedString(secret), grant: 'client_credentials', scope: SCOPE, clientAuthentication,
  });

  it('is refused with a wrong secret, in the server\'s words', async () => {
    const error = await failure(source('wr0ng')(never));
    expect([error.kind, error.outcome, error.message]).toEqual(['invalidCredential', 'notApplied', expect.stringContaining('invalid_client')]);
  });

  it('gets a token', async () => {
    expect(await source(SECRET)(never)).toEqual({ token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as string, expiresIn: server.tokenLife });
  });
});
