import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../../protocol/model/index.js';
import type { Database } from '../../../../controller/store/database/database.js';
import { PostgresqlDatabase } from '../../../../controller/store/database/postgresql/postgresql-database.js';
import { parsePostgresqlUrl } from '../../../../controller/store/database/postgresql/postgresql-url.js';
import { MIGRATIONS } from '../../../../controller/store/migrations/index.js';
import { migrate } from '../../../../controller/store/migrations/migrate.js';
import { until } from '../../../support/until.js';
import type { DatabaseServer } from '../../../targets/database-server.js';
import { startPostgresql } from '../../../targets/postgresql.js';
import { MemoryFacade } from '../../../unit/controller/memory-facade.js';
import { startRecon, type Recon } from '../../../unit/controller/start-recon.js';

/** As a process that was paused: it does not hear that its lease is gone. */
function deaf(database: Database): Database {
  return {
    kind: database.kind, query: database.query.bind(database), insertRows: database.insertRows.bind(database), transaction: database.transaction.bind(database),
    stream: database.stream.bind(database), close: () => database.close(),
    exclusively: (name, work) => database.exclusively(name, () => work(new AbortController().signal)),
  };
}

/** Its first operation of that kind waits until it is told to go on. */
class PausedFacade extends MemoryFacade {
  hasPaused = false;
  goOn: () => void = () => undefined;

  constructor(kind: Operation['kind']) {
    super();
    const pause = async (operation: Operation): Promise<void> => {
      if (operation.kind !== kind || this.hasPaused) return;
      this.hasPaused = true;
      await new Promise<void>((resolve) => { this.goOn = resolve; });
    };
    const [perform, stream] = [this.perform.bind(this), this.stream.bind(this)];
    this.perform = (async (operation: never, call: never) => {
      await pause(operation);
      return perform(operation, call);
    });
    this.stream = (async function* paused(operation: never, call: never) {
      await pause(operation);
      return yield* stream(operation, call);
    });
  }
}

describe('a controller that was paused while another one took its run on', () => {
  let server: DatabaseServer;
  let databases: Database[];
  let recons: Recon[];
  const open = async (): Promise<Database> => {
    const database = await PostgresqlDatabase.open({
      url: parsePostgresqlUrl(`postgresql://${server.user}@127.0.0.1:${server.port}/${server.database}`),
      password: () => Promise.resolve(server.password), poolSize: 10, connectTimeout: 5_000, statementTimeout: 30_000,
    });
    databases.push(database);
    return database;
  };
  beforeAll(async () => { server = await startPostgresql(); });
  afterAll(() => server.stop());
  beforeEach(async () => {
    [databases, recons] = [[], []];
    await server.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public;');
    await migrate(await open(), MIGRATIONS);
  });
  afterEach(async () => {
    await Promise.all(recons.map((recon) => recon.stop()));
    await Promise.all(databases.map((database) => database.close()));
  });

  /** The late one's run is at its pause, and its lease cut without its knowledge. */
  async function paused(mapping: object, kind: Operation['kind'], side: 'source' | 'target'): Promise<{ readonly facade: PausedFacade; readonly id: string; readonly done: Promise<void>; another(): Promise<Recon> }> {
    const facade = new PausedFacade(kind);
    const [source, target] = side === 'source' ? [facade, new MemoryFacade()] : [new MemoryFacade(), facade];
    const late = await startRecon({ taskThreads: 0, ...mapping }, {}, { source, target, database: deaf(await open()) } as unknown as Recon);
    recons.push(late);
    for (const uid of ['a', 'b', 'c']) source.add(uid, { uid, mail: uid }, uid);
    const { id, done } = await late.service.start('m', {}, 'late');
    await until(() => facade.hasPaused, 'the pause');
    return {
      facade, id, done,
      async another() {
        await server.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'");
        const recon = await startRecon({ taskThreads: 0, ...mapping }, {}, { ...late, database: await open() });
        recons.push(recon);
        recon.service.watch();
        return recon;
      },
    };
  }

  const state = async (recon: Recon): Promise<unknown> => ({
    run: await recon.database.query('select state, phase, carrier, summary, ended, facts from recon_run'),
    links: await recon.database.query('select first_id, second_id from link order by first_id'),
    objects: await recon.database.query('select source_id, action, phase, status, outcome, message from recon_object order by seq'),
  });

  it('writes nothing about it any more, and asks the target for nothing', async () => {
    const { done, facade, id, another } = await paused({}, 'create', 'target');
    const next = await another();
    await until(async () => (await next.service.record(id)).state === 'SUCCESS', 'the run of the other one');
    const before = await state(next);
    expect(before).toMatchObject({ run: [{ state: 'SUCCESS', phase: 'done' }], links: [{ first_id: 'a' }, { first_id: 'b' }, { first_id: 'c' }] });
    expect(facade.named('create')).toHaveLength(3);
    facade.goOn();
    await done;
    expect(await state(next)).toEqual(before);
    // The one that was on its way already.
    expect(facade.named('create')).toHaveLength(4);
    expect(facade.objects.size).toBe(3);
  });

  it('leaves alone what the other one decided and asks to be approved', async () => {
    const { done, facade, id, another } = await paused({ thresholds: { CREATE: 1 } }, 'search', 'source');
    const next = await another();
    await until(async () => (await next.service.record(id)).state === 'AWAITING_APPROVAL', 'the run of the other one');
    const before = await state(next);
    expect(before).toMatchObject({ run: [{ phase: 'approval' }], objects: [{ action: 'CREATE', phase: 0 }, { action: 'CREATE' }, { action: 'CREATE' }] });
    facade.goOn();
    await done;
    expect(await state(next)).toEqual(before);
    await next.service.decide(id, 'approved', 'carol');
    await until(async () => (await next.service.record(id)).state === 'SUCCESS', 'the approved run');
    expect(next.target.objects.size).toBe(3);
  });
});
