import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acmeFailure, problemOf, type AcmeStep } from '../../../../../agent/enrolment/acme/acme-failure.js';
import { EnrolmentRefused, EnrolmentUnreachable } from '../../../../../agent/enrolment/enrolment-client.js';

const error = (type: string): string => `urn:ietf:params:acme:error:${type}`;
const fail = (step: AcmeStep, body: object, status = 403, waitAtLeast?: number, hasExternalAccount = false) => {
  const problem = problemOf(status, body, waitAtLeast);
  if (problem === undefined) throw new Error('no problem was found');
  return acmeFailure('https://ca.example/dir', step, problem, { hasExternalAccount });
};

describe('what an ACME server refuses', () => {
  it.each([
    ['an unknown binding', 'account', 'unauthorized', true, /refused the account: no.*check enrolment\.acme\.externalAccount/],
    ['an account without a binding', 'account', 'externalAccountRequired', false, /set enrolment\.acme\.externalAccount/],
    ['a deactivated account', 'account', 'unauthorized', false, /deactivated/],
    ['a challenge it could not reach', 'validation', 'connection', false, /could not validate the challenge: no \(connection\).*port 80/],
    ['a name it does not issue for', 'order', 'rejectedIdentifier', false, /refused the order.*enrolment\.acme\.names/],
    ['a request it does not take', 'certificate', 'badCSR', false, /refused to issue.*keyType/],
  ] as const)('%s: says what to do', (_what, step, type, hasExternalAccount, text) => {
    const failure = fail(step, { type: error(type), detail: 'no' }, 403, undefined, hasExternalAccount);
    expect(failure).toBeInstanceOf(EnrolmentRefused);
    expect(failure).toMatchObject({ code: type, message: expect.stringMatching(text) as string });
  });

  it('for a while only is asked again, not before it says', () => {
    for (const [body, status] of [[{ type: error('rateLimited'), detail: 'too many' }, 403], [{ detail: 'slow down' }, 429], [{ type: error('serverInternal'), detail: 'oops' }, 500]] as const) {
      expect(fail('order', body, status, 7_200_000)).toMatchObject({ waitAtLeast: 7_200_000, insists: true });
      expect(fail('order', body, status)).toBeInstanceOf(EnrolmentUnreachable);
    }
  });

  it('is told on one bounded line, names of a compound problem included', () => {
    const { message } = fail('order', { type: error('malformed'), detail: `bad\r\nInjected: yes\u001b[31m ${'x'.repeat(5000)}`, subproblems: [{ detail: 'not this one', identifier: { value: 'b.example' } }, null] });
    expect(message).toMatch(/b\.example: not this one/);
    expect(message).not.toMatch(/[\r\n\u001b]/);
    expect(message.length).toBeLessThan(1000);
  });

  it('is no problem when the body is none', () => {
    for (const body of [undefined, null, 'text', 5, {}, { type: 5 }]) expect(problemOf(500, body, undefined)).toBeUndefined();
  });

  it('never is more than a short line, whatever the body', () => {
    const body = fc.record({ type: fc.anything(), detail: fc.anything(), subproblems: fc.oneof(fc.anything(), fc.array(fc.anything())) }, { requiredKeys: [] });
    fc.assert(fc.property(fc.oneof(body, fc.anything()), fc.integer({ min: 400, max: 599 }), fc.constantFrom<AcmeStep>('account', 'order', 'validation', 'certificate'), (found, status, step) => {
      const problem = problemOf(status, found, undefined);
      if (problem === undefined) return;
      const { message } = acmeFailure('https://ca.example/dir', step, problem);
      expect(message.length).toBeLessThan(2000);
      expect(message).not.toMatch(/\p{Cc}/u);
    }));
  });
});
