import { describe, expect, it } from 'vitest';
import type { FakeRequest } from '../../../targets/rest/exchange.js';
import { signatureCode, signatureFault, type KnownKey } from '../../../targets/rest/aws-signed.js';

// AWS's own test suite for Signature Version 4 (awslabs/aws-c-auth, tests/aws-signing-test-suite): post-x-www-form-urlencoded, post-sts-header-before.
const NOW = Date.parse('2015-08-30T12:36:00Z');
const TOKEN = 'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';
const credential = 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request';
const FORM: Record<string, string> = {
  host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z', 'content-type': 'application/x-www-form-urlencoded',
  authorization: `${credential}, SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a`,
};
const STS = {
  host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z', 'x-amz-security-token': TOKEN,
  authorization: `${credential}, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead`,
};
const key: KnownKey = { secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

function judged(headers: FakeRequest['headers'], { text = 'Param1=value1', now = NOW, known = key }: { text?: string; now?: number; known?: KnownKey } = {}) {
  const request: FakeRequest = { method: 'POST', path: '/', params: {}, query: new URLSearchParams(), headers, text, body: undefined, origin: '' };
  return signatureFault(request, { keys: new Map([['AKIDEXAMPLE', known]]), region: 'us-east-1', service: 'service', now });
}

describe('the check of signatures', () => {
  it('takes those of AWS\'s test suite', () => {
    expect(judged(FORM)).toBeUndefined();
    expect(judged(STS, { text: '', known: { ...key, token: TOKEN } })).toBeUndefined();
  });

  it.each([
    ['another body', judged(FORM, { text: 'Param1=value2' }), 'wrong'], ['another secret', judged(FORM, { known: { secret: 'another' } }), 'wrong'], ['another host', judged({ ...FORM, host: 'example.org' }), 'wrong'],
    ['another region', judged({ ...FORM, authorization: FORM['authorization']!.replace('us-east-1', 'eu-west-1') }), 'wrong'], ['a header of AWS that is not signed', judged({ ...FORM, 'x-amz-target': 'A.B' }), 'wrong'],
    ['a time long past', judged(FORM, { now: NOW + 301_000 }), 'wrong'], ['a time to come', judged(FORM, { now: NOW - 301_000 }), 'wrong'],
    ['a key nobody knows', judged({ ...FORM, authorization: FORM['authorization']!.replace('AKIDEXAMPLE', 'AKIDOTHER') }), 'unknownKey'], ['no token of temporary keys', judged(FORM, { known: { ...key, token: TOKEN } }), 'unknownKey'],
    ['temporary keys that have ended', judged(STS, { text: '', known: { ...key, token: TOKEN, until: NOW } }), 'expiredKeys'], ['no signature', judged({ host: 'example.amazonaws.com' }), 'missing'],
  ] as const)('does not take %s', (_, fault, reason) => {
    expect(fault?.reason).toBe(reason);
    expect(signatureCode(fault!, 'json')).toMatch(/Exception$/);
    expect(signatureCode(fault!, 'query')).not.toMatch(/Exception$/);
  });
});
