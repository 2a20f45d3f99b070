import { describe, expect, it } from 'vitest';
import { DialError, closeFailure, errorFailure } from '../../../../agent/session/failure-policy.js';

describe('what a lost connection means', () => {
  it.each([[1000, 'normal'], [1001, 'normal'], [1006, 'normal'], [1011, 'normal'], [1012, 'normal'], [1008, 'slow'], [1013, 'slow'], [1003, 'slow'], [4000, 'normal'], [65_535, 'normal']] as const)('close code %i is retried at %s pace', (code, pace) => {
    const failure = closeFailure(code, '');
    expect(failure.pace).toBe(pace);
    expect(failure.reason).toContain(String(code));
  });

  it('shows the peer\'s text on one bounded line', () => {
    const { reason } = closeFailure(1008, `bye\r\n\u001b[31m${'x'.repeat(1000)}`);
    expect(reason).not.toMatch(/\p{Cc}/u);
    expect(reason.length).toBeLessThan(400);
    expect(reason).toContain('bye');
  });

  it.each([1008, 4403])('close code %i with the word "revoked" is retried rarely, with what to do', (code) => {
    const failure = closeFailure(code, 'agent site-1 is revoked');
    expect(failure.pace).toBe('long');
    expect(failure.reason).toMatch(/the controller has revoked this agent: agent site-1 is revoked.*causeway agent enroll --replace/);
  });

  it('a connection whose certificate was superseded is replaced at once: the next one shows the newer', () => {
    expect(closeFailure(4403, 'a newer certificate has taken its place').pace).toBe('normal');
  });

  it('a request to stay away is passed on', () => {
    expect(errorFailure(new DialError('busy', { waitAtLeast: 5000 }))).toEqual({ reason: 'busy', pace: 'normal', waitAtLeast: 5000, class: 'other' });
  });

  it('an error of the transport decides its own pace; any other is retried normally', () => {
    expect(errorFailure(new DialError('no', { pace: 'slow' }))).toEqual({ reason: 'no', pace: 'slow', class: 'other' });
    expect(errorFailure(new Error('odd'))).toEqual({ reason: 'odd', pace: 'normal', class: 'other' });
    expect(errorFailure('odd')).toEqual({ reason: 'odd', pace: 'normal', class: 'other' });
  });
});
