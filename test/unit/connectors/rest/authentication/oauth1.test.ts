import { describe, expect, it } from 'vitest';
import { oauth1, signatureBase, type OAuth1Settings } from '../../../../../connectors/engines/rest/authentication/oauth1.js';
import type { HttpRequest } from '../../../../../connectors/engines/http/http-client.js';
import { GuardedString } from '../../../../../protocol/model/index.js';
import { lastMatchedText } from '../../../../support/last-match.js';
import { never } from '../../http/fake-token-client.js';

const to = (method: string, url: string): HttpRequest => ({ method, url: new URL(url), headers: new Map() });
const header = async (settings: OAuth1Settings, request: HttpRequest) => (await oauth1(settings).headers(request, never)).get('authorization');

/** https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_1534941088.html and section_1534941295.html */
const netSuite: OAuth1Settings = {
  consumerKey: 'ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4', consumerSecret: new GuardedString('d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5'),
  token: '2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb799b73d87569f5cc', tokenSecret: new GuardedString('c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295'),
  method: 'HMAC-SHA256', realm: '123456', nonce: () => 'fjaLirsIcCGVZWzBX0pg', now: () => 1_508_242_306_999,
};

describe('OAuth 1', () => {
  it('signs query and form as RFC 5849, section 3.4.1.1, shows', () => {
    const request: HttpRequest = {
      method: 'post', url: new URL('http://EXAMPLE.com:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b'), headers: new Map(),
      body: { bytes: Buffer.from('c2&a3=2+q'), contentType: 'application/x-www-form-urlencoded; charset=utf-8' },
    };
    const protocol = [['oauth_consumer_key', '9djdj82h48djs9d2'], ['oauth_token', 'kkk9d7dh3k39sjv7'], ['oauth_signature_method', 'HMAC-SHA1'], ['oauth_timestamp', '137131201'], ['oauth_nonce', '7d8f3e4a']] as const;
    expect(signatureBase(request, protocol)).toBe('POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7');
    expect(signatureBase({ ...request, headers: new Map([['content-type', 'application/json']]) }, protocol)).not.toContain('c2%3D');
  });

  it('signs with HMAC-SHA1 as RFC 5849, section 1.2, shows', async () => {
    const settings: OAuth1Settings = {
      consumerKey: 'dpf43f3p2l4k3l03', consumerSecret: new GuardedString('kd94hf93k423kf44'), token: 'nnch734d00sl2jdk', tokenSecret: new GuardedString('pfkkdhi9sl3r4s00'),
      method: 'HMAC-SHA1', realm: 'Photos', sendsVersion: false, nonce: () => 'chapoH', now: () => 137_131_202_000,
    };
    expect(await header(settings, to('GET', 'http://photos.example.net/photos?file=vacation.jpg&size=original'))).toBe('OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="nnch734d00sl2jdk", oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131202", oauth_nonce="chapoH", oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D"');
  });

  it('signs with HMAC-SHA256 as NetSuite shows, and keeps the secrets to itself', async () => {
    expect(await header(netSuite, to('GET', 'https://123456.suitetalk.api.netsuite.com/services/rest/record/v1/employee/40'))).toContain('oauth_signature="B5OIWznZ2YP0OB7VrJrGkYsTh%2B8H%2B5T9Hag%2Bo92q0zY%3D"');
    expect(lastMatchedText()).not.toContain('c29a677df7d5');
  });

  it('takes a new nonce for each attempt, and has no request repeated', async () => {
    const { nonce, ...settings } = netSuite;
    const nonces = await Promise.all([1, 2].map(async () => /oauth_nonce="([0-9a-f]{32})"/.exec(await header(settings, to('GET', 'https://x.example/')) ?? '')?.[1]));
    expect(new Set(nonces).size).toBe(2);
    expect(nonces).not.toContain(nonce?.());
  });
});
