import { afterEach, describe, expect, it } from 'vitest';
import { ConnectorError, type CallContext, type SingleOperation, type SingleResults } from '../../../../protocol/model/index.js';
import { until } from '../../../support/until.js';
import { MemoryFacade } from '../memory-facade.js';
import { startRecon, type Recon } from '../start-recon.js';

let recon: Recon;
afterEach(() => recon.stop());
const policy = (situation: string, action: string): object => ({ policies: [{ situation, action }] });

/** Creates what it is told to and then gives no answer: as an agent whose controller is gone before it hears. */
class SilentFacade extends MemoryFacade {
  isSilent = true;

  override async perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
    const result = await super.perform(operation, call);
    if (!this.isSilent || operation.kind !== 'create') return result;
    return new Promise((_resolve, reject) => call.signal.addEventListener('abort', () => reject(new ConnectorError('connectionBroken', 'gone'))));
  }
}

describe('a run that was cut off', () => {
  it('goes on after a restart and creates nothing twice', async () => {
    const target = new SilentFacade();
    recon = await startRecon({ taskThreads: 3 }, { target });
    for (let index = 0; index < 10; index += 1) recon.source.add(`s${index}`, { uid: `u${index}` });
    const { id } = await recon.service.start('m', {}, 'tester');
    await until(() => target.objects.size === 3, 'the run');
    target.isSilent = false;
    recon = await recon.restart();
    expect(await recon.service.summary(id)).toMatchObject({ state: 'ACTIVE' });
    recon.service.watch();
    await until(async () => (await recon.service.summary(id))['state'] === 'SUCCESS', 'the run');
    expect(target.objects.size).toBe(10);
    expect(target.named('create')).toHaveLength(10);
    expect(await recon.service.summary(id)).toMatchObject({ statusSummary: { SUCCESS: 10, FAILURE: 0 }, situationSummary: { ABSENT: 10 }, progress: { source: { existing: { processed: 10, total: '10', read: 10 } }, target: { existing: { total: '0', read: 0 } } } });
    expect(await recon.run()).toMatchObject({ situationSummary: { CONFIRMED: 10, ABSENT: 0 } });
  });

  it('finds what it created by its name when nothing correlates', async () => {
    const target = new SilentFacade();
    recon = await startRecon({ correlation: [], taskThreads: 1 }, { target });
    recon.source.add('s', { uid: 'u' });
    const { id } = await recon.service.start('m', {}, 'tester');
    await until(() => target.objects.size === 1, 'the run');
    target.isSilent = false;
    recon = await recon.restart();
    recon.service.watch();
    await until(async () => (await recon.service.summary(id))['state'] === 'SUCCESS', 'the run');
    expect(target.named('create')).toHaveLength(1);
    expect(await recon.run()).toMatchObject({ situationSummary: { CONFIRMED: 1 } });
  });

  it('reads again when the database has lost what was read', async () => {
    recon = await startRecon();
    for (let index = 0; index < 5; index += 1) recon.source.add(`s${index}`, { uid: `u${index}` });
    const { id, done } = await recon.service.start('m', { dryRun: true }, 'tester');
    await done;
    const { number, facts } = await recon.service.record(id);
    // As after a crash of the database: unlogged tables are there and empty.
    await recon.database.query("insert into recon_set (mapping, side, run_no, definition, rows, proof) values ('m', 'source', $1, 'd', 5, '{\"count\":5,\"witnesses\":[]}')", [number]);
    const [set] = await recon.database.query<{ set_no: number }>('select max(set_no) as set_no from recon_set');
    await recon.database.query(`create table recon_source_${set?.set_no} (seq bigint, extra boolean)`);
    await recon.database.query("update recon_run set phase = 'deciding', state = 'ACTIVE', summary = '{}', ended = null, facts = $2::jsonb where run_no = $1", [number, JSON.stringify({ ...facts, sourceSet: set?.set_no, targetSet: set?.set_no })]);
    recon.service.watch();
    await until(async () => (await recon.service.summary(id))['state'] === 'SUCCESS', 'the run');
    expect(recon.source.named('search')).toHaveLength(2);
    expect(await recon.service.summary(id)).toMatchObject({ situationSummary: { ABSENT: 5 } });
  });

  it('waits for a system that is away, and goes on with it', async () => {
    recon = await startRecon({}, { patience: 10_000 });
    recon.source.add('s', { uid: 'u' });
    recon.target.failures.set('create', new ConnectorError('connectionBroken', 'the agent is gone'));
    const { id, done } = await recon.service.start('m', {}, 'tester');
    await until(() => recon.target.named('create').length > 1, 'the run');
    recon.target.failures.clear();
    await done;
    expect(await recon.service.summary(id)).toMatchObject({ state: 'SUCCESS', statusSummary: { SUCCESS: 1, FAILURE: 0 } });
    expect(recon.target.objects.size).toBe(1);
  });
});

describe('a write of a run whose outcome nobody knows', () => {
  const unknown = new ConnectorError('connectionBroken', 'the answer was lost', { outcome: 'unknown' });
  /** Loses the first answer; whether it has done what it was told to. */
  class ForgetfulFacade extends MemoryFacade {
    readonly #isDone: boolean;
    #isFirst = true;

    constructor(isDone: boolean) {
      super();
      this.#isDone = isDone;
    }

    override async perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
      const isLost = this.#isFirst && ['create', 'update', 'delete'].includes(operation.kind);
      if (isLost) this.#isFirst = false;
      const result = isLost && !this.#isDone ? undefined : await super.perform(operation, call);
      if (isLost) throw unknown;
      return result as SingleResults[O['kind']];
    }
  }

  it.each([true, false])('is found at the target, or done once the target has had its time (done: %s)', async (isDone) => {
    const target = new ForgetfulFacade(isDone);
    recon = await startRecon({}, { target, patience: 50, settles: 20 });
    recon.source.add('s', { uid: 'u' });
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', statusSummary: { SUCCESS: 1, FAILURE: 0 }, progress: { target: { created: 1 } } });
    expect(target.objects.size).toBe(1);
  });

  it('is not repeated where nothing would tell whether the object is there already', async () => {
    const target = new ForgetfulFacade(false);
    recon = await startRecon({ correlation: [] }, { target, patience: 50, settles: 20 });
    recon.source.add('s', { uid: 'u' });
    expect(await recon.run()).toMatchObject({ statusSummary: { SUCCESS: 0, FAILURE: 1 } });
    expect(target.objects.size).toBe(0);
  });
});

describe('a run that reaches a threshold', () => {
  const start = async (): Promise<string> => {
    recon = await startRecon({ ...policy('UNASSIGNED', 'DELETE'), thresholds: { DELETE: 2 } });
    recon.source.add('s', { uid: 's' });
    for (let index = 0; index < 5; index += 1) recon.target.add(`t${index}`, { uid: `t${index}` });
    const summary = await recon.run();
    expect(summary).toMatchObject({ state: 'AWAITING_APPROVAL', stage: 'AWAITING_APPROVAL', progress: { target: { created: 0, deleted: 0 } } });
    return summary['_id'] as string;
  };

  it('has done nothing, keeps others from running, and does nothing when it is rejected', async () => {
    const id = await start();
    expect(recon.target.calls.filter(({ kind }) => kind === 'create' || kind === 'delete')).toEqual([]);
    await expect(recon.service.start('m', {}, 'other')).rejects.toMatchObject({ code: 409, message: expect.stringContaining('waits for approval') as string });
    await recon.service.decide(id, 'rejected', 'carol');
    expect(await recon.service.summary(id)).toMatchObject({ state: 'CANCELED', message: expect.stringContaining('carol') as string });
    expect(recon.target.objects.size).toBe(5);
    await expect(recon.service.decide(id, 'approved', 'dave')).rejects.toMatchObject({ code: 409 });
  });

  it('does what it wanted when it is approved, after a restart too', async () => {
    const id = await start();
    recon = await recon.restart();
    await recon.service.decide(id, 'approved', 'carol');
    await until(async () => (await recon.service.summary(id))['state'] === 'SUCCESS', 'the run');
    expect(await recon.service.summary(id)).toMatchObject({ progress: { target: { created: 1, deleted: 5 } } });
  });

  it('is found by its number of updates, where only the target can tell whether there are any', async () => {
    recon = await startRecon({ properties: [{ target: 'mail', source: 'mail', condition: '! /target/kind eq "fixed"' }], thresholds: { UPDATE: 1 }, taskThreads: 1 });
    for (let index = 0; index < 3; index += 1) {
      recon.source.add(`s${index}`, { uid: `u${index}`, mail: 'new' });
      recon.target.add(`t${index}`, { uid: `u${index}`, mail: 'old' });
    }
    const summary = await recon.run();
    expect(summary).toMatchObject({ state: 'AWAITING_APPROVAL', progress: { target: { updated: 1 } } });
    await recon.service.decide(summary['_id'] as string, 'approved', 'carol');
    await until(async () => (await recon.service.summary(summary['_id'] as string))['state'] === 'SUCCESS', 'the run');
    expect([...recon.target.objects.values()].map(({ attributes }) => attributes.get('mail')?.single)).toEqual(['new', 'new', 'new']);
  });
});

describe('a run', () => {
  it('that is dry changes nothing and says what it would do', async () => {
    recon = await startRecon();
    recon.source.add('s1', { uid: '1' });
    recon.source.add('s2', { uid: '2' });
    recon.target.add('t2', { uid: '2' });
    expect(await recon.run(undefined, undefined, { dryRun: true })).toMatchObject({ state: 'SUCCESS', dryRun: true, situationSummary: { ABSENT: 1, FOUND: 1 } });
    expect(recon.target.calls.filter(({ kind }) => kind === 'create' || kind === 'update')).toEqual([]);
    expect(await recon.database.query('select 1 as one from link')).toEqual([]);
  });

  it('is cancelled by a controller that does not carry it out', async () => {
    recon = await startRecon();
    recon.source.add('s', { uid: 's' });
    recon.target.add('t');
    recon.target.gate = new Promise(() => undefined);
    const { id, done } = await recon.service.start('m', {}, 'tester');
    await recon.database.query('update recon_run set cancel_requested = true');
    await done;
    expect(await recon.service.summary(id)).toMatchObject({ state: 'CANCELED' });
  });

  it('leaves nothing behind that only it needed', async () => {
    recon = await startRecon();
    recon.source.add('s', { uid: 's' });
    await recon.run();
    const tables = await recon.database.query<{ tablename: string }>("select tablename from pg_tables where tablename ~ '_[0-9]+$'");
    expect(tables.map(({ tablename }) => tablename)).toEqual(['recon_object_1']);
  });
});
