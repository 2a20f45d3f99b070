import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../../../connectors/engines/http/http-client.js';
import { awsRole } from '../../../../../connectors/engines/rest/authentication/aws-role.js';
import { awsSignature, fixedKeys, type AwsKeys, type AwsKeySource } from '../../../../../connectors/engines/rest/authentication/aws-signature.js';
import { GuardedString } from '../../../../../protocol/model/index.js';
import { FakeTokenClient, SetClock, answerOf, failure, never } from '../../http/fake-token-client.js';

// AWS's own test suite for Signature Version 4 (aws-sig-v4-test-suite; today in awslabs/aws-c-auth, tests/aws-signing-test-suite).
const keys: AwsKeys = { accessKeyId: 'AKIDEXAMPLE', secretKey: new GuardedString('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY') };
const NOW = Date.parse('2015-08-30T12:36:00Z');
const SESSION_TOKEN = 'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';
const to = (method: string, url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({ method, url: new URL(url), headers: new Map(), ...more });
const headersFor = (request: HttpRequest, given: AwsKeys = keys) => awsSignature({ keys: fixedKeys(given), region: 'us-east-1', service: 'service', now: () => NOW }).headers(request, never);
const authorization = (headers: string, signature: string) => `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${headers}, Signature=${signature}`;

describe('a Signature Version 4', () => {
  it.each([
    ['get-vanilla', to('GET', 'https://example.amazonaws.com/'), 'host;x-amz-date', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['post-vanilla', to('POST', 'https://example.amazonaws.com/'), 'host;x-amz-date', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    ['get-vanilla-query-order-key-case', to('GET', 'https://example.amazonaws.com/?Param2=value2&Param1=value1'), 'host;x-amz-date', 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500'],
    ['post-header-value-case', to('POST', 'https://example.amazonaws.com/', { headers: new Map([['my-header1', 'VALUE1']]) }), 'host;my-header1;x-amz-date', 'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d'],
    ['post-x-www-form-urlencoded', to('POST', 'https://example.amazonaws.com/', { headers: new Map([['content-type', 'application/x-www-form-urlencoded']]), body: { bytes: Buffer.from('Param1=value1'), contentType: 'application/x-www-form-urlencoded' } }), 'content-type;host;x-amz-date', 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a'],
    // No case of the suite has these; the signature is that of botocore 1.43.
    ['encoded path, one name twice', to('GET', 'https://iam.amazonaws.com/a%20b/%C3%BC?x=1%202&a=%2B&a=b', { headers: new Map([['x-amz-target', 'T  t']]) }), 'host;x-amz-date;x-amz-target', '32b44c48e95264ced8921ae38ee948dbf3c50621a7f46d4b52a5b3e52cde1941'],
  ])('is that of the test suite: %s', async (_, request, headers, signature) => {
    expect(Object.fromEntries(await headersFor(request))).toEqual({ 'x-amz-date': '20150830T123600Z', authorization: authorization(headers, signature) });
  });

  it('holds the token of temporary keys: post-sts-header-before', async () => {
    expect(Object.fromEntries(await headersFor(to('POST', 'https://example.amazonaws.com/'), { ...keys, sessionToken: new GuardedString(SESSION_TOKEN) }))).toEqual({
      'x-amz-date': '20150830T123600Z', 'x-amz-security-token': SESSION_TOKEN, authorization: authorization('host;x-amz-date;x-amz-security-token', '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead'),
    });
  });

  it('is made anew where temporary keys were refused as expired, and for nothing else', async () => {
    const dropped: string[] = [];
    const source: AwsKeySource = { get: async () => keys, drop: (id) => { dropped.push(id); return true; } };
    const authentication = awsSignature({ keys: source, region: 'us-east-1', service: 'iam' });
    const used = await authentication.headers(to('POST', 'https://iam.amazonaws.com/'), never);
    expect(await authentication.answered(answerOf(403, '<Code>AccessDenied</Code>'), used, never)).toBe(false);
    expect(await authentication.answered(answerOf(200, 'ExpiredToken'), used, never)).toBe(false);
    expect(await authentication.answered(answerOf(403, '<Code>ExpiredToken</Code>'), new Map(), never)).toBe(false);
    expect(await authentication.answered(answerOf(403, '<Code>ExpiredToken</Code>'), used, never)).toBe(true);
    expect(await authentication.answered(answerOf(400, '', { headers: new Map([['x-amzn-errortype', 'ExpiredTokenException:']]) }), used, never)).toBe(true);
    expect(dropped).toEqual(['AKIDEXAMPLE', 'AKIDEXAMPLE']);
    expect(await awsSignature({ keys: fixedKeys(keys), region: 'us-east-1', service: 'iam' }).answered(answerOf(403, '<Code>ExpiredToken</Code>'), used, never)).toBe(false);
  });
});

describe('a role', () => {
  const assumed = (id: string) => answerOf(200, `<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><Arn>a</Arn></AssumedRoleUser><Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>s3/+=</SecretAccessKey><SessionToken>t0k</SessionToken><Expiration>2015-08-30T13:36:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`);
  const roleWith = (client: FakeTokenClient, clock = new SetClock()) => awsRole({ client, over: never, keys, roleArn: 'arn:aws:iam::1:role/r', region: 'eu-central-1', clock, now: () => NOW });

  it.each([
    ['AccessDenied', 403, 'permissionDenied', /trust policy/], ['InvalidClientTokenId', 403, 'invalidCredential', /access key/], ['ValidationError', 400, 'configuration', /life/], ['Throttling', 400, 'retryable', /later/], ['ExpiredToken', 403, 'invalidCredential', /clock/], ['RegionDisabledException', 403, 'configuration', /region/],
    ['', 503, 'retryable', /later/], ['', 429, 'retryable', /later/], ['', 404, 'configuration', /address/], ['', 302, 'configuration', /address/],
  ])('that may not be assumed (%s, %i) fails as %s', async (code, status, kind, message) => {
    const error = await failure(roleWith(new FakeTokenClient(answerOf(status, `<ErrorResponse><Error><Code>${code}</Code><Message>why &quot;so&quot; &amp; not</Message></Error></ErrorResponse>`))).get(never));
    expect([error.kind, error.outcome]).toEqual([kind, 'notApplied']);
    expect(error.message).toMatch(message);
    expect(error.message).toContain('why "so" & not');
  });

  it('is assumed again after the time that was asked for, though the clock of this machine is behind', async () => {
    const client = new FakeTokenClient(assumed('A1'), assumed('A2'));
    const clock = new SetClock();
    const role = awsRole({ client, over: never, keys, roleArn: 'arn:aws:iam::1:role/r', region: 'eu-central-1', duration: 900, clock, now: () => NOW });
    await role.get(never);
    clock.time += 900_000;
    expect((await role.get(never)).accessKeyId).toBe('A2');
  });

  it('that gives no keys is not believed', async () => {
    expect(await failure(roleWith(new FakeTokenClient(answerOf(200, '<html>'))).get(never))).toMatchObject({ kind: 'connector', outcome: 'notApplied' });
  });

  it('is assumed by a signed request at the region\'s service, once, and again before its keys expire or when they were refused', async () => {
    const client = new FakeTokenClient(assumed('A1'), assumed('A2'), assumed('A3'));
    const clock = new SetClock();
    const role = roleWith(client, clock);
    const [first, second] = await Promise.all([role.get(never), role.get(never)]);
    expect([first.accessKeyId, first.secretKey.reveal(), first.sessionToken?.reveal(), second.accessKeyId]).toEqual(['A1', 's3/+=', 't0k', 'A1']);
    expect(client.asked[0]?.url.href).toBe('https://sts.eu-central-1.amazonaws.com/');
    expect(client.asked[0]?.headers.get('authorization')).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/eu-central-1\/sts\/aws4_request, SignedHeaders=content-type;host;x-amz-date, /);
    expect(client.forms).toEqual([{ Action: 'AssumeRole', Version: '2011-06-15', RoleArn: 'arn:aws:iam::1:role/r', RoleSessionName: 'causeway', DurationSeconds: '3600' }]);
    clock.time += 3_540_000;
    expect((await role.get(never)).accessKeyId).toBe('A2');
    role.drop('A1');
    expect((await role.get(never)).accessKeyId).toBe('A2');
    role.drop('A2');
    expect((await role.get(never)).accessKeyId).toBe('A3');
  });
});
