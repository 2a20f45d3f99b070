import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../../../connectors/engines/http/http-client.js';
import { duoSignature, type DuoSignatureSettings } from '../../../../../connectors/engines/rest/authentication/duo-signature.js';
import { GuardedString } from '../../../../../protocol/model/index.js';
import { never } from '../../http/fake-token-client.js';

const form = (text: string): Pick<HttpRequest, 'body'> => ({ body: { bytes: Buffer.from(text), contentType: 'application/x-www-form-urlencoded' } });
const post = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({ method: 'POST', url: new URL(url), headers: new Map(), ...more });

async function signed(settings: Partial<DuoSignatureSettings>, request: HttpRequest, date: string): Promise<{ readonly date: string | undefined; readonly credentials: string }> {
  const headers = await duoSignature({ integrationKey: 'ikey', secretKey: new GuardedString('skey'), now: () => Date.parse(date), ...settings }).headers(request, never);
  return { date: headers.get('date'), credentials: Buffer.from(headers.get('authorization')?.slice('Basic '.length) ?? '', 'base64').toString() };
}

describe('a signature for Duo', () => {
  // The example of https://duo.com/docs/adminapi#authentication.
  const example = { integrationKey: 'DIWJ8X6AEYOR5OMC6TQ1', secretKey: new GuardedString('Zh5eGmUq9zpfQnyUIu5OL9iWoMMv5ZNmk3zLJ4Ep') };
  const address = 'https://api-XXXXXXXX.duosecurity.com/accounts/v1/account/list';

  it('is the documented one, be the parameters in a form or in the query, in whatever order', async () => {
    const expected = { date: 'Tue, 21 Aug 2012 17:29:18 -0000', credentials: 'DIWJ8X6AEYOR5OMC6TQ1:2d97d6166319781b5a3a07af39d366f491234edc' };
    expect(await signed(example, post(address, form('username=root&realname=First+Last')), '2012-08-21T17:29:18Z')).toEqual(expected);
    expect(await signed(example, post(`${address}?realname=First%20Last&username=root`), '2012-08-21T17:29:18Z')).toEqual(expected);
  });

  it('is, of non-ASCII parameters, that of the tests of Duo\'s own client', async () => {
    // tests/test_client.py of duosecurity/duo_client_python: TestSign.
    const parameters: [string, string][] = [
      ['\u469a\u287b\u35d0\u8ef3\u6727\u502a\u0810\ud091\u00c8\uc170', '\u0f45\u1a76\u341a\u654c\uc23f\u9b09\uabe2\u8343\u1b27\u60d0'], ['\u7449\u7e4b\uccfb\u59ff\ufe5f\u83b7\uadcc\u900c\ucfd1\u7813', '\u8db7\u5022\u92d3\u42ef\u207d\u8730\uacfe\u5617\u0946\u4e30'],
      ['\u7470\u9314\u901c\u9eae\u40d8\u4201\u82d8\u8c70\u1d31\ua042', '\u17d9\u0ba8\u9358\uaadf\ua42a\u48be\ufb96\u6fe9\ub7ff\u32f3'], ['\uc2c5\u2c1d\u2620\u3617\u96b3F\u8605\u20e8\uac21\u5934', '\ufba9\u41aa\ubd83\u840b\u2615\u3e6e\u652d\ua8b5\ud56bU'],
    ];
    const request = post('https://foO.BAr52.cOm/Foo/BaR2/qux', { method: 'PoSt', ...form(new URLSearchParams(parameters).toString()) });
    const settings = { integrationKey: 'test_ikey', secretKey: new GuardedString('gtdfxv9YgVBYcF6dl2Eq17KUQJN2PLM2ODVTkvoT') };
    expect((await signed(settings, request, '2012-12-07T17:18:00Z')).credentials).toBe('test_ikey:f01811cbbf9561623ab45b893096267fd46a5178');
    expect((await signed({ ...settings, scheme: 'sha512' }, request, '2012-12-07T17:18:00Z')).credentials).toBe('test_ikey:0508065035a03b2a1de2f453e629e791d180329e157f65df6b3e0f08299d4321e1c5c7a7c7ee6b9e5fc80d1fb6fbf3ad5eb7c44dd3b3985a02c37aca53ec3698');
  });

  it('of version 5 is over body and own headers too', async () => {
    // The canonical text of test_signature_v5_lowers_and_then_sorts_headers there, with the date as it is sent.
    const json = '{"alpha":["a","b","c","d"],"data":"abc123","info":{"another":2,"test":1}}';
    const headers = new Map([['x-duo-b', 'header_value_2'], ['x-duo-a', 'header_value_1'], ['accept', 'application/json']]);
    const text = `Tue, 17 Nov 2020 14:12:00 -0000\nPOST\nfoo.bar52.com\n/Foo/BaR2/qux\n\n${createHash('sha512').update(json).digest('hex')}\n60be11a30e0756f2ee2afdce1db849b987dcf86c1133394bd7bbbc9877920330c4d78aceacbb377ab8cbd9a8efe6a410fed4047376635ac71226ab46ca10d2b1`;
    const request = post('https://foo.bar52.com/Foo/BaR2/qux', { headers, body: { bytes: Buffer.from(json), contentType: 'application/json' } });
    expect((await signed({ scheme: 'v5' }, request, '2020-11-17T14:12:00Z')).credentials).toBe(`ikey:${createHmac('sha512', 'skey').update(text).digest('hex')}`);
  });
});
