import { afterEach, describe, expect, it, vi } from 'vitest';
import { zoneName } from '../../../connectors/catalog/as400/session.js';
import { GuardedString } from '../../../protocol/model/index.js';
import { As400Fixture, failure } from './fixture.js';

describe('the connection to the IBM i', () => {
  let fixture: As400Fixture;
  afterEach(() => fixture.stop());

  const test = (facade = fixture.facade, signal?: AbortSignal) => facade.perform({ kind: 'test' }, fixture.call(signal));

  it('is refused with a wrong password, which is not shown', async () => {
    fixture = await As400Fixture.start({ password: new GuardedString('WrongOne') });
    const error = await failure(test());
    expect([error.kind, error.message]).toEqual(['invalidCredential', expect.stringMatching(/Password is incorrect/)]);
    expect(error.message).not.toContain('WrongOne');
  });

  it('is refused with a password Mapepire does not take, and says why', async () => {
    fixture = await As400Fixture.start({ password: new GuardedString('with:colon') });
    expect(await failure(test())).toMatchObject({ kind: 'invalidCredential', outcome: 'notApplied', message: expect.stringMatching(/no password with a colon/) as string });
  });

  it('is refused by a server nobody vouches for, unless isSecure is false', async () => {
    fixture = await As400Fixture.start();
    expect(await failure(test(fixture.with({}, [])))).toMatchObject({ kind: 'connectionFailed', message: expect.stringMatching(/certificate/) as string });
    await test(fixture.with({ isSecure: false }, []));
    expect(fixture.log.at('warn')).toContainEqual(expect.stringMatching(/not verified/));
  });

  it('says what to check when nothing listens', async () => {
    fixture = await As400Fixture.start();
    expect(await failure(test(fixture.with({ port: 1 })))).toMatchObject({ kind: 'connectionFailed', outcome: 'notApplied', message: expect.stringMatching(/Check hostName and port/) as string });
  });

  it.each([{ maximumConnections: 0 }, { userName: 'has blank' }, { hostName: 'host/path' }, { port: 0 }])('refuses the configuration %o', async (values) => {
    fixture = await As400Fixture.start();
    expect(await failure(test(fixture.with(values)))).toMatchObject({ kind: 'configuration' });
  });

  it('is used again, by as many operations at a time as there may be connections', async () => {
    fixture = await As400Fixture.start({ maximumConnections: 2 });
    await Promise.all(Array.from({ length: 8 }, () => test()));
    expect(fixture.server.seen.connections).toBeLessThanOrEqual(2);
  });

  it('may be one of as many as are needed at a time', async () => {
    fixture = await As400Fixture.start({ maximumConnections: -1 });
    await Promise.all(Array.from({ length: 12 }, () => test()));
    expect(fixture.server.seen.connections).toBe(12);
  });

  it('is replaced after maxUseCount uses and after maxLifetime', async () => {
    fixture = await As400Fixture.start({ maxUseCount: 2, maximumConnections: 1 });
    for (let use = 0; use < 4; use++) await test();
    expect(fixture.server.seen.connections).toBe(2);
    const young = fixture.with({ maxLifetime: 0, maximumConnections: 1 });
    await test(young);
    await test(young);
    expect(fixture.server.seen.connections).toBe(4);
  });

  it('is closed under an operation that takes longer than maxUseTime, whose outcome nobody knows', async () => {
    fixture = await As400Fixture.start({ maxUseTime: 300n });
    fixture.server.gates.set('CRTUSRPRF', new Promise(() => undefined));
    const error = await failure(fixture.create({ __NAME__: 'LATE' }));
    expect([error.kind, error.outcome, error.message]).toEqual(['operationTimeout', 'unknown', expect.stringContaining('maxUseTime')]);
  });

  it('is not closed at once for a maxUseTime no timer can wait', async () => {
    fixture = await As400Fixture.start({ maxUseTime: 3_000_000_000n, maximumConnections: 1 });
    let open = (): void => undefined;
    fixture.server.gates.set('CRTUSRPRF', new Promise((resolve) => { open = resolve; }));
    const creating = fixture.create({ __NAME__: 'SLOW' });
    await expect.poll(() => fixture.server.seen.requests.at(-1)).toBe('cl');
    await new Promise((resolve) => { setImmediate(resolve); });
    open();
    expect([await creating, fixture.server.seen.connections]).toEqual(['SLOW', 1]);
  });

  it('that is lost while a command runs leaves its outcome unknown, and the next operation takes a new one', async () => {
    fixture = await As400Fixture.start({ maximumConnections: 1 });
    await test();
    fixture.server.gates.set('CRTUSRPRF', new Promise(() => undefined));
    const creating = failure(fixture.create({ __NAME__: 'LOST' }));
    await expect.poll(() => fixture.server.seen.requests.at(-1)).toBe('cl');
    fixture.server.drop();
    expect(await creating).toMatchObject({ kind: 'connectionBroken', outcome: 'unknown' });
    fixture.server.gates.clear();
    await test();
    expect(fixture.server.seen.connections).toBe(2);
  });

  it('that is silent though nobody closed it is given up', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      fixture = await As400Fixture.start({ maximumConnections: 1 });
      await test();
      fixture.server.gates.set('CRTUSRPRF', new Promise(() => undefined));
      const creating = failure(fixture.create({ __NAME__: 'SILENT' }));
      await expect.poll(() => fixture.server.seen.requests.at(-1)).toBe('cl');
      // The server answers a ping by itself: the connection lives on as long as it does.
      vi.advanceTimersByTime(30_000);
      await expect.poll(() => fixture.server.seen.pings).toBe(1);
      fixture.server.mute();
      await new Promise((resolve) => { setTimeout(resolve, 20); });
      vi.advanceTimersByTime(60_000);
      expect(await creating).toMatchObject({ kind: 'connectionBroken', outcome: 'unknown' });
    } finally {
      vi.useRealTimers();
    }
  });

  it('that was lost while nobody used it is replaced unseen', async () => {
    fixture = await As400Fixture.start({ maximumConnections: 1 });
    await test();
    fixture.server.drop();
    await test();
    expect(fixture.server.seen.connections).toBe(2);
  });

  it('is given up when the operation is', async () => {
    fixture = await As400Fixture.start();
    await test();
    fixture.server.gates.set('prepare_sql_execute', new Promise(() => undefined));
    const cancel = new AbortController();
    const testing = test(fixture.facade, cancel.signal).then(() => 'done', () => 'given up');
    await expect.poll(() => fixture.server.seen.requests.at(-1)).toBe('prepare_sql_execute');
    cancel.abort();
    expect(await testing).toBe('given up');
  });

  it('leaves no statement behind on the server', async () => {
    fixture = await As400Fixture.start();
    await fixture.create({ __NAME__: 'KEPT' });
    expect(await fixture.get('KEPT')).toBeDefined();
    expect(await fixture.get('NOBODY')).toBeUndefined();
    expect(fixture.server.seen.sql.length).toBeGreaterThan(2);
    await expect.poll(() => fixture.server.seen.keptStatements.size).toBe(0);
  });

  it('prints nothing, and logs no password, whatever happens to it', async () => {
    const printed = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write'), ...(['log', 'error', 'warn', 'info', 'debug'] as const).map((name) => vi.spyOn(console, name))];
    try {
      fixture = await As400Fixture.start();
      await fixture.create({ __NAME__: 'QUIET', __PASSWORD__: new GuardedString('NotToBeSeen1') });
      fixture.host.refusals.push({ verb: 'CHGUSRPRF', id: 'CPF9999', text: 'NotToBeSeen2 is not to be shown.' });
      const error = await failure(fixture.update('QUIET', { PASSWORD: new GuardedString('NotToBeSeen2') }));
      await failure(test(fixture.with({ port: 1 })));
      await failure(test(fixture.with({}, [])));
      await failure(test(fixture.with({ password: new GuardedString('NotToBeSeen3') })));
      fixture.server.drop();
      await test();
      expect(`${error.message}${JSON.stringify(fixture.log.entries)}`).not.toContain('NotToBeSeen');
      expect(printed.map((spy) => spy.mock.calls.filter(([text]) => /ECONN|Error|NotToBeSeen/.test(String(text))))).toEqual(printed.map(() => []));
    } finally {
      for (const spy of printed) spy.mockRestore();
    }
  });

  it.each([
    ['CPF2292', 'permissionDenied'], ['CPF2228', 'permissionDenied'], ['CPF22C4', 'invalidPassword'], ['CPF22CE', 'alreadyExists'], ['CPF2213', 'retryable'], ['CPD0084', 'invalidAttributeValue'], ['CPF9999', 'connector'],
  ])('tells what %s means', async (id, kind) => {
    fixture = await As400Fixture.start();
    fixture.host.refusals.push({ verb: 'CRTUSRPRF', id, text: 'Value WORD is not to be shown.' });
    const error = await failure(fixture.create({ __NAME__: 'REFUSED', __PASSWORD__: new GuardedString('WORD') }));
    expect([error.kind, error.message]).toEqual([kind, expect.stringMatching(new RegExp(`^IBM i refused CRTUSRPRF USRPRF\\(REFUSED\\): .*${id}`))]);
    expect(error.message).not.toContain('WORD');
  });

  it('names its time zone as Java does', async () => {
    fixture = await As400Fixture.start();
    expect([0, 53_000, -50_000, 10_000].map(zoneName)).toEqual(['GMT', 'GMT+05:30', 'GMT-05:00', 'GMT+01:00']);
  });
});

it('the stand-in for Mapepire is one to the client of IBM too', async () => {
  const fixture = await As400Fixture.start();
  const { default: { SQLJob } } = await import('@ibm/mapepire-js');
  const job = new SQLJob({ naming: 'sql' });
  try {
    await job.connect({ host: 'localhost', port: fixture.server.port, user: 'qsecadm', password: 'SECRET1', rejectUnauthorized: false });
    const sql = 'SELECT AUTHORIZATION_NAME FROM QSYS2.USER_INFO_BASIC WHERE COALESCE(GROUP_ID_NUMBER, 0) = 0 AND AUTHORIZATION_NAME = ? ORDER BY AUTHORIZATION_NAME';
    const { data } = await job.execute<{ AUTHORIZATION_NAME: string }>(sql, { parameters: ['QSECADM'] });
    expect(data).toEqual([{ AUTHORIZATION_NAME: 'QSECADM' }]);
    await expect(job.execute('SELECT 1', { parameters: [''] })).rejects.toThrow(/SQL0104/);
    const { success } = await job.query<object>('CRTUSRPRF USRPRF(BYIBM) PASSWORD(*NONE)', { isClCommand: true }).execute();
    expect([success, fixture.host.rows.has('BYIBM')]).toEqual([true, true]);
  } finally {
    await job.close();
    await fixture.stop();
  }
});
