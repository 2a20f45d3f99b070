import { describe, expect, it } from 'vitest';
import { SessionReporter } from '../../../../agent/session/session-reporter.js';
import { recordedLog } from '../../../support/quiet-log.js';

const MIDNIGHT = Date.parse('2026-11-22T00:00:00.000Z');
const at = (seconds: number): string => new Date(MIDNIGHT + seconds * 1000).toISOString();

function reporting() {
  let now = MIDNIGHT;
  const reporter = new SessionReporter('wss://cloud/openicf', recordedLog(), undefined, () => now);
  return { reporter, after: (seconds: number) => { now += seconds * 1000; } };
}

describe('what is told of a controller', () => {
  it('from connecting to connected, each since its beginning', () => {
    const { reporter, after } = reporting();
    expect(reporter.status()).toMatchObject({ state: 'connecting', since: at(0), lastFailure: undefined });
    reporter.onMove(1, 'idle', 'dialing', '');
    after(5);
    reporter.onMove(1, 'handshaking', 'serving', '');
    after(5);
    reporter.onMove(2, 'handshaking', 'serving', '');
    expect(reporter.status()).toMatchObject({ state: 'connected', since: at(5), serving: 2, lines: 2 });
  });

  it('one of two sockets lost is no lost controller; the failure is remembered', () => {
    const { reporter, after } = reporting();
    reporter.onMove(1, 'handshaking', 'serving', '');
    reporter.onMove(2, 'handshaking', 'serving', '');
    after(60);
    reporter.onMove(2, 'serving', 'waiting', 'the connection was lost', 'normal');
    expect(reporter.status()).toMatchObject({ state: 'connected', since: at(0), serving: 1, lastFailure: { time: at(60), problem: 'the connection was lost' } });
    reporter.onMove(2, 'handshaking', 'serving', '');
    expect(reporter.status()).toMatchObject({ problem: '', lastFailure: { problem: 'the connection was lost' } });
  });

  it('while attempts fail it stays "waiting" since the first failure, also while the next one is made', () => {
    const { reporter, after } = reporting();
    reporter.onMove(1, 'handshaking', 'serving', '');
    after(10);
    reporter.onMove(1, 'serving', 'waiting', 'the connection was lost', 'normal');
    after(10);
    reporter.onMove(1, 'waiting', 'dialing', '');
    expect(reporter.status()).toMatchObject({ state: 'waiting', since: at(10) });
    reporter.onMove(1, 'dialing', 'waiting', 'nothing listens there', 'normal');
    expect(reporter.status()).toMatchObject({ state: 'waiting', since: at(10), problem: 'nothing listens there', lastFailure: { time: at(20) } });
  });

  it('a refusal that needs somebody is "refused" until it serves again', () => {
    const { reporter, after } = reporting();
    reporter.onMove(1, 'dialing', 'waiting', 'the certificate was revoked', 'long');
    expect(reporter.status().state).toBe('refused');
    after(600);
    reporter.onMove(1, 'waiting', 'dialing', '');
    expect(reporter.status()).toMatchObject({ state: 'refused', since: at(0) });
    reporter.onMove(1, 'handshaking', 'serving', '');
    expect(reporter.status()).toMatchObject({ state: 'connected', since: at(600) });
  });

  it('a stop of ours is no failure', () => {
    const { reporter } = reporting();
    reporter.onMove(1, 'handshaking', 'serving', '');
    reporter.onMove(1, 'serving', 'draining', 'stopping');
    reporter.onMove(1, 'draining', 'stopped', 'stopping');
    expect(reporter.status()).toMatchObject({ lastFailure: undefined, problem: '', lines: 0 });
  });
});
