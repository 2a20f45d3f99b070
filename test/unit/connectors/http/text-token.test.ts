import { describe, expect, it } from 'vitest';
import { textTokenEndpoint } from '../../../../connectors/engines/http/text-token.js';
import { FakeTokenClient, answerOf, failure, never } from './fake-token-client.js';

const NOW = 1_700_000_000_000;
const jwt = (claims: object) => ['{"alg":"HS256"}', JSON.stringify(claims), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.');
const asking = (client: FakeTokenClient) => textTokenEndpoint(client, { endpoint: new URL('https://x.teamdynamix.com/TDWebApi/api/auth/loginadmin'), body: () => ({ BEIKey: 'b', WebServicesKey: 'w5k' }), now: () => NOW })(never);

describe('a token endpoint that answers with text', () => {
  it.each([['a page', '<html>sign in</html>'], ['an object', '{"token":"x"}'], ['nothing', ''], ['two words', 'Bad key']])('is not believed when it answers %s', async (_, body) => {
    expect(await failure(asking(new FakeTokenClient(answerOf(200, body))))).toMatchObject({ kind: 'connector', outcome: 'notApplied' });
  });

  it('that refuses says so, without the keys', async () => {
    const error = await failure(asking(new FakeTokenClient(answerOf(401, { error: 'no such key: w5k' }))));
    expect([error.kind, error.message]).toEqual(['invalidCredential', expect.not.stringContaining('w5k')]);
  });

  it('is asked with JSON, and the token\'s claim says how long it is good for', async () => {
    const token = jwt({ exp: NOW / 1_000 + 86_400 });
    const client = new FakeTokenClient(answerOf(200, `${token}\r\n`), answerOf(200, JSON.stringify(token)), answerOf(200, 'opaque'));
    expect([await asking(client), await asking(client), await asking(client)]).toEqual([{ token, expiresIn: 86_400 }, { token, expiresIn: 86_400 }, { token: 'opaque', expiresIn: undefined }]);
    expect(client.asked[0]).toMatchObject({ method: 'POST', bare: true, body: { contentType: 'application/json; charset=utf-8' } });
    expect(client.bodies[0]).toBe('{"BEIKey":"b","WebServicesKey":"w5k"}');
  });
});
