import { describe, expect, it } from 'vitest';
import { CloneWatch, type CloneAlarm, type CloneCandidate } from '../../../../controller/gateway/clone-watch.js';

class Bench {
  now = 0;
  readonly alarms: CloneAlarm[] = [];
  readonly closed: string[] = [];
  readonly watch: CloneWatch;

  constructor(action: 'alert' | 'refuse') {
    this.watch = new CloneWatch({ action, grace: 60_000 }, (alarm) => this.alarms.push(alarm), () => this.now);
  }

  connection(sessionId: string, fingerprint = 'f'): CloneCandidate {
    const connection: CloneCandidate = {
      fingerprint, sessionId, agent: 'site1', serial: 'A1', from: `from-${sessionId}`,
      close: () => {
        this.closed.push(sessionId);
        this.watch.left(connection);
      },
    };
    this.watch.joined(connection);
    return connection;
  }

  after(milliseconds: number): void {
    this.now += milliseconds;
    this.watch.review();
  }
}

describe('clones', () => {
  it('are two sessions of one certificate that last longer than a reconnect: one alarm, and both go on', () => {
    const bench = new Bench('alert');
    bench.connection('old');
    bench.connection('new');
    bench.after(59_999);
    expect(bench.alarms).toEqual([]);
    bench.after(1);
    bench.after(600_000);
    expect(bench.alarms).toEqual([{ agent: 'site1', serial: 'A1', sessions: ['old from from-old', 'new from from-new'] }]);
    expect(bench.closed).toEqual([]);
  });

  it('are not: sockets of one session, sessions of two certificates, and an agent that came back', () => {
    const bench = new Bench('refuse');
    bench.connection('one');
    bench.connection('one');
    bench.connection('other', 'g');
    const halfOpen = bench.connection('gone', 'h');
    bench.connection('back', 'h');
    bench.after(50_000);
    bench.watch.left(halfOpen);
    bench.after(600_000);
    expect([bench.alarms, bench.closed]).toEqual([[], []]);
  });

  it('when refused: the session that was there first stays, the other is closed, at once when it comes again', () => {
    const bench = new Bench('refuse');
    const first = bench.connection('first');
    bench.connection('clone');
    bench.connection('clone');
    bench.after(60_000);
    expect(bench.closed).toEqual(['clone', 'clone']);
    bench.connection('clone-2');
    expect(bench.closed).toEqual(['clone', 'clone', 'clone-2']);
    expect(bench.alarms).toHaveLength(1);
    bench.watch.left(first);
    bench.connection('first-again');
    bench.after(600_000);
    expect(bench.closed).toHaveLength(3);
  });
});
