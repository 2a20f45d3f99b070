import { describe, expect, it } from 'vitest';
import { CloneWatch, type CloneAlarm, type CloneCandidate } from '../../../../controller/gateway/clone-watch.js';
import type { CertificateJudge } from '../../../../controller/enrolment/certificate-judge.js';
import type { IdentityAudit } from '../../../../controller/enrolment/enrolment-audit.js';
import { AgentConnections } from '../../../../controller/gateway/agent-connections.js';
import type { ClientCertificate } from '../../../../controller/gateway/client-certificate.js';

class Bench {
  now = 0;
  readonly alarms: CloneAlarm[] = [];
  readonly closed: string[] = [];
  readonly watch: CloneWatch;

  constructor(action: 'alert' | 'refuse', replicas = 1) {
    this.watch = new CloneWatch({ action, grace: 60_000, replicas: (agent) => (agent === 'site1' ? replicas : 1) }, (alarm) => this.alarms.push(alarm), () => this.now);
  }

  connection(sessionId: string, fingerprint = 'f', hostId?: string): CloneCandidate {
    const connection: CloneCandidate = {
      fingerprint, sessionId, hostId, agent: 'site1', serial: 'A1', from: `from-${sessionId}`,
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

describe('machines that show one certificate', () => {
  it('are clones at once, when their host ids differ; without a word about it in between, after the grace', () => {
    const bench = new Bench('alert');
    bench.connection('one', 'f', 'a');
    bench.connection('silent', 'f');
    expect(bench.alarms).toEqual([]);
    bench.connection('two', 'f', 'b');
    expect(bench.alarms).toEqual([{ agent: 'site1', serial: 'A1', sessions: ['one from from-one, host a', 'silent from from-silent', 'two from from-two, host b'] }]);
    bench.after(60_000);
    bench.after(600_000);
    expect(bench.alarms).toHaveLength(1);
    expect(bench.closed).toEqual([]);
  });

  it('when refused: the later one is closed at once, each time it comes, and is one alarm', () => {
    const bench = new Bench('refuse');
    bench.connection('one', 'f', 'a');
    for (const session of ['two', 'three', 'four']) bench.connection(session, 'f', 'b');
    expect(bench.closed).toEqual(['two', 'three', 'four']);
    expect(bench.alarms).toHaveLength(1);
    bench.after(600_000);
    bench.connection('five', 'f', 'b');
    expect(bench.alarms).toHaveLength(2);
    expect(bench.closed).not.toContain('one');
  });

  it('cannot hide in the session of another', () => {
    const bench = new Bench('refuse');
    bench.connection('one', 'f', 'a');
    bench.connection('one', 'f', 'b');
    expect([bench.alarms.length, bench.closed]).toEqual([1, ['one']]);
  });

  it('are one machine that was restarted, when the host id is the same: quiet within the grace, also after a clone was there', () => {
    const bench = new Bench('refuse');
    const halfOpen = bench.connection('before', 'f', 'a');
    bench.connection('thief', 'f', 'b');
    bench.after(3_600_000);
    bench.connection('after', 'f', 'a');
    bench.after(50_000);
    bench.watch.left(halfOpen);
    bench.after(600_000);
    expect(bench.closed).toEqual(['thief']);
    expect(bench.alarms).toHaveLength(1);
  });

  it('are an alarm after the grace, when they go on with the same host id: a copy of the whole machine', () => {
    const bench = new Bench('refuse');
    bench.connection('first', 'f', 'a');
    bench.connection('copy', 'f', 'a');
    bench.after(59_999);
    expect([bench.alarms, bench.closed]).toEqual([[], []]);
    bench.after(1);
    expect([bench.alarms.length, bench.closed]).toEqual([1, ['copy']]);
  });

  it('may be as many as the configuration allows, and may be restarted; one more is a clone', () => {
    const bench = new Bench('refuse', 2);
    const first = bench.connection('a1', 'f', 'a');
    bench.connection('b1', 'f', 'b');
    bench.after(3_600_000);
    bench.connection('a2', 'f', 'a');
    bench.after(50_000);
    bench.watch.left(first);
    bench.after(3_600_000);
    expect([bench.alarms, bench.closed]).toEqual([[], []]);
    bench.connection('c1', 'f', 'c');
    expect([bench.alarms.length, bench.closed]).toEqual([1, ['c1']]);
  });
});

describe('one certificate at two controllers', () => {
  const certificate = { fingerprint: 'f', serial: 'A1', name: 'site1', notAfter: Number.POSITIVE_INFINITY, chain: [], group: undefined };
  const there = { fingerprint: 'f', serial: 'A1', agent: 'site1', hostId: 'host2', controller: 'c2' };

  function bench(action: 'alert' | 'refuse'): { readonly connections: AgentConnections; readonly alarms: unknown[]; readonly closed: string[]; connect(sessionId: string, hostId: string): void } {
    const [alarms, closed]: [unknown[], string[]] = [[], []];
    const connections = new AgentConnections({
      judge: {} as unknown as CertificateJudge, clones: { action, grace: 60_000 },
      audit: { record: (event: string, facts: unknown) => { if (event === 'clone') alarms.push(facts); } } as unknown as IdentityAudit,
    });
    connections.stop();
    const connect = (sessionId: string, hostId: string): void => {
      connections.opened({ agent: 'site1', certificate: certificate as unknown as ClientCertificate, from: 'here', close: (_code, reason) => closed.push(reason), terminate: () => undefined }).joined(sessionId, hostId);
    };
    return { connections, alarms, closed, connect };
  }

  it('and two machines is an alarm at those that hold one of them; the one that came later is closed by its own', () => {
    const [first, second, third] = [bench('refuse'), bench('refuse'), bench('refuse')];
    first.connect('a', 'host1');
    first.connections.elsewhere([{ ...there, sessionId: 'b' }]);
    second.connections.elsewhere([{ ...there, controller: 'c1', hostId: 'host1', sessionId: 'a' }]);
    second.connect('b', 'host2');
    third.connections.elsewhere([{ ...there, sessionId: 'b' }, { ...there, controller: 'c1', hostId: 'host1', sessionId: 'a' }]);
    expect([first, second, third].map(({ alarms, closed }) => [alarms.length, closed.length])).toEqual([[1, 0], [1, 1], [0, 0]]);
  });

  it('and one process is an agent that dials both', () => {
    const here = bench('refuse');
    here.connect('a', 'host1');
    here.connections.elsewhere([{ ...there, hostId: 'host1', sessionId: 'a' }]);
    expect([here.alarms, here.closed]).toEqual([[], []]);
  });

  it('is forgotten when the other has gone', () => {
    const here = bench('refuse');
    here.connections.elsewhere([{ ...there, sessionId: 'b' }]);
    here.connections.elsewhere([]);
    here.connect('a', 'host1');
    expect([here.alarms, here.closed]).toEqual([[], []]);
  });
});
