import { describe, expect, it } from 'vitest';
import { classOfClose, classOfError } from '../../../../agent/session/failure-class.js';
import { DialError } from '../../../../agent/session/failure-policy.js';
import { LineCounts } from '../../../../agent/session/session-figures.js';

function coded(code: string): Error {
  return Object.assign(new Error('x'), { code });
}

describe('the figures of connections', () => {
  it('count a socket that came back, by why it was lost, and the attempts in vain between', () => {
    const counts = new LineCounts();
    counts.moved(1, 'idle', 'dialing');
    counts.moved(1, 'dialing', 'waiting', 'network');
    counts.moved(1, 'waiting', 'dialing');
    counts.moved(1, 'dialing', 'handshaking');
    counts.moved(1, 'handshaking', 'serving');
    expect(counts.figures().reconnects.size).toBe(0); // the first time is none
    counts.moved(1, 'serving', 'waiting', 'going_away');
    counts.moved(1, 'waiting', 'dialing');
    counts.moved(1, 'dialing', 'waiting', 'network');
    counts.moved(1, 'waiting', 'dialing');
    counts.moved(1, 'dialing', 'handshaking');
    counts.moved(1, 'handshaking', 'serving');
    const { states, failures, reconnects } = counts.figures();
    expect(Object.fromEntries(reconnects)).toEqual({ going_away: 1 });
    expect(Object.fromEntries(failures)).toEqual({ 'dialing network': 2, 'serving going_away': 1 });
    expect(Object.fromEntries(states)).toEqual({ serving: 1 });
  });

  it('count no planned replacement', () => {
    const counts = new LineCounts();
    for (const [from, to] of [['handshaking', 'serving'], ['serving', 'draining'], ['draining', 'stopped']] as const) counts.moved(1, from, to);
    counts.moved(2, 'handshaking', 'serving');
    const { states, failures, reconnects } = counts.figures();
    expect([failures.size, reconnects.size, states.get('serving')]).toEqual([0, 0, 1]);
  });

  it.each([
    [1001, 'going_away'], [1006, 'lost'], [1008, 'refused'], [1013, 'overloaded'], [4403, 'refused'], [3999, 'other'],
  ])('close code %i is %s', (code, expected) => {
    expect(classOfClose(code)).toBe(expected);
  });

  it.each([
    [new DialError('x', { cause: coded('ECONNREFUSED') }), 'network'],
    [new DialError('x', { cause: new AggregateError([coded('ETIMEDOUT')]) }), 'network'],
    [new DialError('x', { cause: coded('ENOTFOUND') }), 'dns'],
    [new DialError('x', { cause: coded('CERT_HAS_EXPIRED') }), 'tls'],
    [new DialError('x', { cause: coded('ERR_SSL_WRONG_VERSION_NUMBER') }), 'tls'],
    [new DialError('x', { cause: coded('EPROTO') }), 'tls'],
    [new DialError('x', { status: 403 }), 'refused'],
    [new DialError('x', { status: 407 }), 'proxy'],
    [new DialError('x', { status: 429 }), 'overloaded'],
    [new DialError('x', { status: 502 }), 'peer_error'],
    [new Error('x'), 'other'], ['odd', 'other'],
  ])('%s is %s', (error, expected) => {
    expect(classOfError(error)).toBe(expected);
  });
});
