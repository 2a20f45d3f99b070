import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { IsolationConfig } from '../../../../agent/config/isolation-settings.js';
import { Isolation } from '../../../../agent/isolation/isolation.js';
import { spawnProcess } from '../../../../agent/isolation/spawn-process.js';
import { systemClock } from '../../../../agent/system-clock.js';
import { defineConnector, guarded, properties, text, type AnyConnector, type FacadeHandle } from '../../../../connectors/framework/index.js';
import { ConnectorError, GuardedString, OperationOptions } from '../../../../protocol/model/index.js';
import { BUDGETS } from '../../../support/isolated-world.js';
import { calling, configured, drain } from '../../../support/memory-facade.js';
import { ManagedProcess } from '../../../support/managed-process.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { until } from '../../../support/until.js';

const MIB = 1024 ** 2;
const SECRET = 'hunter2-of-the-target';
const options = OperationOptions.none;
const search = (objectClass: string) => ({ kind: 'search', objectClass, filter: undefined, options }) as const;

/** As the agent knows it; the code that misbehaves is in the process only (test/support/troubled-process.mjs). */
const troubled = (id = 'troubled'): AnyConnector => defineConnector({
  id, displayName: 'Troubled', family: 'Test', key: { bundleName: 'test.troubled', bundleVersion: '1.0.0.0', connectorName: 'test.Troubled' },
  properties: properties({ host: text({ help: 'Where.' }), password: guarded({ help: 'Its password.' }) }), objectClasses: [], pooled: false,
  open: async () => ({}), close: async () => undefined,
  operations: { test: async () => undefined, search: async function* () { yield* []; return undefined; }, create: async () => { throw new Error('not here'); } },
});

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => { for (const close of closers.splice(0).reverse()) await close(); });

function setUp(settings: Partial<IsolationConfig> = {}) {
  const log = recordedLog();
  const isolation = new Isolation({
    settings: { ...BUDGETS, memory: 192 * MIB, environment: ['CAUSEWAY_DIST'], ...settings }, maxFrameBytes: 32 * MIB, debug: false, coreDumps: false, clock: systemClock, log, random: () => 0,
    spawn: (spawning) => spawnProcess({ ...spawning, program: join(import.meta.dirname, '../../../support/troubled-process.mjs') }),
  });
  const open = (id?: string): FacadeHandle => {
    const connector = troubled(id);
    const facade = isolation.open(connector, configured(connector, { password: new GuardedString(SECRET) }), { log, stateRoot: join(tmpdir(), 'causeway-unused'), secrets: () => [SECRET] });
    closers.push(() => facade.dispose());
    return facade;
  };
  closers.push(() => isolation.close());
  const pid = (id = 'troubled'): number => isolation.status().find(({ connector }) => connector === id)?.pid ?? 0;
  return { isolation, open, log, pid };
}

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);
const resident = (pid: number): number => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
/** Processor time used, in the system's own unit. */
const ticks = (pid: number): number => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ').slice(11, 13).reduce((sum, field) => sum + Number(field), 0);
const failureOf = (work: Promise<unknown>): Promise<ConnectorError> => work.then(() => { throw new Error('did not fail'); }, (error: unknown) => error as ConnectorError);

describe('a driver that', () => {
  it.each([
    ['leaks buffers', 'buffers', /because it used \d+ MiB of memory, over its budget of 192 MiB \(isolation: memory\)\./],
    ['leaks objects', 'objects', /over its budget of 192 MiB|more memory than its budget of 192 MiB leaves for them/],
    ['never lets go of its thread', 'loop', /because it was busy with itself and did not answer for \d+ ms \(isolation: hangTime\)\./],
    ['exits', 'exit', /because it exited with code 3\./],
    ['throws outside of everything', 'throws', /because an exception was thrown in it that nobody caught/],
    ['leaves a rejection behind', 'rejects', /because an exception was thrown in it that nobody caught/],
  ])('%s takes nothing else down, says why, and runs again', async (_, trouble, why) => {
    const { open, pid, isolation, log } = setUp({ hangTime: 3_000 });
    const [bad, other] = [open(), open('other')];
    await Promise.all([bad.perform({ kind: 'test' }, calling()), other.perform({ kind: 'test' }, calling())]);
    const [badPid, otherPid] = [pid(), pid('other')];
    expect(badPid).not.toBe(otherPid);
    const error = await failureOf(drain(bad.stream(search(trouble), calling())));
    expect(error.message).toMatch(why);
    expect(error.message).toContain('The process of connector troubled ended during the search of');
    expect(error).toMatchObject({ kind: 'retryable', retryable: true });
    expect((await drain(other.stream(search('fine'), calling()))).items).toHaveLength(3);
    expect(pid('other')).toBe(otherPid);
    expect((await drain(bad.stream(search('fine'), calling()))).items).toHaveLength(3);
    expect(isolation.status().find(({ connector }) => connector === 'troubled')).toMatchObject({ restarts: 1 });
    await until(() => !isAlive(badPid), 'the process to be gone');
    expect(JSON.stringify(log.entries)).not.toContain(SECRET);
  }, 40_000);

  it('hangs in a write: the outcome is unknown, and that is said', async () => {
    const { open } = setUp({ hangTime: 1_500 });
    const error = await failureOf(open().perform({ kind: 'create', objectClass: '__ACCOUNT__', attributes: [], options }, calling()));
    expect(error).toMatchObject({ outcome: 'unknown', retryable: false });
    expect(error.message).toContain('Whether the create of __ACCOUNT__ was carried out is unknown');
  });

  it('does not hear that its search is cancelled is ended after the grace', async () => {
    const { open, pid, isolation } = setUp({ cancelGrace: 300 });
    const facade = open();
    await facade.perform({ kind: 'test' }, calling());
    const before = pid();
    const stop = new AbortController();
    const results = facade.stream(search('deaf'), calling(stop.signal));
    expect((await results.next()).done).toBe(false);
    stop.abort();
    await failureOf(drain(results));
    await until(() => !isAlive(before), 'the process to be gone');
    expect(isolation.status()[0]?.lastEnd?.why).toContain('an operation (search) had been cancelled');
  });

  it('ends again and again is started again and again', async () => {
    const { open, isolation } = setUp();
    const facade = open();
    for (let round = 0; round < 3; round++) await failureOf(drain(facade.stream(search('exit'), calling())));
    // The pauses are random from 0, and 0 in this test: so it goes on.
    expect((await drain(facade.stream(search('fine'), calling()))).items).toHaveLength(3);
    expect(isolation.status()[0]).toMatchObject({ restarts: 3 });
  });
});

describe('the process', () => {
  it('shows no secret and no file of the agent to those who look at it', async () => {
    process.env['CAUSEWAY_TEST_SECRET'] = SECRET;
    closers.push(async () => { delete process.env['CAUSEWAY_TEST_SECRET']; });
    const { open, pid } = setUp();
    await open().perform({ kind: 'test' }, calling());
    const read = (name: string): string => readFileSync(`/proc/${pid()}/${name}`, 'latin1');
    expect(read('cmdline')).not.toContain(SECRET);
    expect(read('environ')).not.toContain(SECRET);
    expect(read('environ').split('\0').filter((line) => line !== '' && !/^(PATH|TZ|LANG|LC_\w+|TMPDIR|TEMP|TMP|NODE_EXTRA_CA_CERTS|SSL_CERT_\w+|CAUSEWAY_DIST)=/.test(line))).toEqual([]);
    const links = readdirSync(`/proc/${pid()}/fd`).map((name) => {
      try {
        return readlinkSync(`/proc/${pid()}/fd/${name}`);
      } catch {
        return '';                                       // closed meanwhile
      }
    });
    expect(links.filter((link) => link.startsWith('/') && link !== '/dev/null' && !link.startsWith('/proc'))).toEqual([]);
    expect(Number.parseInt(read('coredump_filter'), 16)).toBe(0);
    expect(Number(read('oom_score_adj'))).toBeGreaterThanOrEqual(500);
  });

  it('goes on when the whole group is told to end, until the agent says so', async () => {
    const { open, pid, isolation } = setUp();
    const facade = open();
    const results = facade.stream(search('many20000'), calling());
    await results.next();
    const running = pid();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1'] as const) process.kill(running, signal);
    expect((await drain(results)).items).toHaveLength(19_999);
    await facade.dispose();
    await isolation.close();
    await until(() => !isAlive(running), 'the process to be gone');
    expect(isolation.status()[0]).toMatchObject({ restarts: 0, lastEnd: undefined });
  });

  it.each([['works', 'deaf'], ['never lets go of its thread', 'loop']])('of an agent that was killed does not stay behind while it %s', async (_, trouble) => {
    const parent = new ManagedProcess('parent', process.execPath, [join(import.meta.dirname, '../../../support/isolating-parent.mjs'), trouble]);
    closers.push(() => parent.kill());
    await parent.ready(() => parent.logged(/^process \d+/).length > 0, 'the process to be started');
    const orphan = Number(/\d+/.exec(parent.logged(/^process \d+/)[0]?.text ?? '')?.[0]);
    expect(isAlive(orphan)).toBe(true);
    await parent.kill();
    await until(() => !isAlive(orphan), 'the process to end');
  });

  it('keeps its memory while nobody reads, and gives everything in order when somebody does', async () => {
    const { open, pid } = setUp({ memory: 256 * MIB });
    const facade = open();
    const results = facade.stream(search('many100000'), calling());
    for (let count = 0; count < 10; count++) await results.next();
    // Some 100 MB would come; a window of results may, and then the process has nothing to do.
    let before = -1;
    await until(() => {
      const stands = ticks(pid()) === before;
      before = ticks(pid());
      return stands;
    }, 'the process to wait for its reader', 30_000, 200);
    expect(resident(pid())).toBeLessThan(150 * MIB);
    let next = 10;
    for await (const { uid } of results) expect(uid.value).toBe(`u${next++}`);
    expect(next).toBe(100_000);
  }, 60_000);
});
