import { readFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import {
  ACCOUNT, Attribute, ConnectorError, NAME, Name, OPTION, OperationOptions, Script, UID, Uid, ConnectorObject, type BatchTask, type ConnectorFacade, type SyncDelta,
} from '../../../protocol/model/index.js';
import { LARGE_ROWS, STAFF } from './acceptance-data.js';
import { call, collect, expectFailure, expectUnsupported } from './facade-calls.js';
import type { FacadeWorld } from './facade-world.js';
import type { Proofs } from './proof.js';

const options = OperationOptions.none;
const everything = { kind: 'search', objectClass: ACCOUNT, filter: undefined, options } as const;
const groovy = new Script('groovy', 'return 1');

async function first(facade: ConnectorFacade, count: number): Promise<ConnectorObject[]> {
  const found: ConnectorObject[] = [];
  for await (const object of facade.stream(everything, call())) {
    found.push(object);
    if (found.length === count) break;
  }
  return found;
}

/** Operations that no endpoint of the system API shows, on the CSV and the LDAP connector. */
export function describeFacadeOperations({ world, proves, expected, host }: Proofs<FacadeWorld>): void {
  const facade = (system: string): ConnectorFacade => world().facade(system);
  const isJava = host.kind === 'java';

  describe('facades of the CSV and the LDAP connector', () => {
    for (const system of ['csv', 'ldap'] as const) {
      proves('validate', system, `${system}: the configuration is valid`, async () => {
        await facade(system).perform({ kind: 'validate' }, call());
      });
      proves('test', system, `${system}: the target answers`, async () => {
        await facade(system).perform({ kind: 'test' }, call());
      });
      proves('schema', system, `${system}: the schema has accounts with a name`, async () => {
        const schema = await facade(system).perform({ kind: 'schema' }, call());
        const account = schema?.objectClasses.find(({ type }) => type === ACCOUNT);
        expect(account?.attributes.find(({ name }) => name === NAME)).toMatchObject({ type: 'String', flags: expect.arrayContaining(['REQUIRED']) as unknown });
      });
      proves('get', system, `${system}: an object by its uid, and none for a uid nobody has`, async () => {
        const [object] = await first(facade(system), 1);
        const uid = object!.uid;
        expect((await facade(system).perform({ kind: 'get', objectClass: ACCOUNT, uid, options }, call()))?.name.value).toBe(object!.name.value);
        expect(await facade(system).perform({ kind: 'get', objectClass: ACCOUNT, uid: new Uid('00000000-0000-0000-0000-000000000000'), options }, call())).toBeNull();
      });
      proves('latest-sync-token', system, `${system}: a token, and a sync from it that reports nothing`, async () => {
        const token = await facade(system).perform({ kind: 'latestSyncToken', objectClass: ACCOUNT }, call());
        expect(token?.value).toBeDefined();
        await collect(facade(system), { kind: 'sync', objectClass: ACCOUNT, token, options });
      });
      proves('script-on-resource', system, `${system}: has no scripts on its target`, () =>
        expectUnsupported(facade(system), { kind: 'scriptOnResource', script: groovy, scriptArguments: new Map(), options }, 'ScriptOnResourceApiOp'));
    }

    proves('resolve-username', 'csv', 'csv: the uid of a name; none is an invalid credential', async () => {
      const resolve = (username: string) => facade('csv').perform({ kind: 'resolveUsername', objectClass: ACCOUNT, username, options }, call());
      expect(await resolve('boris')).toMatchObject({ value: 'boris' });
      await expectFailure(() => resolve('nobody'), 'invalidCredential', /nobody/);
    });
    proves('resolve-username', 'ldap', 'ldap: the uid of a name; none is an invalid credential', async () => {
      const resolve = (username: string) => facade('ldap').perform({ kind: 'resolveUsername', objectClass: ACCOUNT, username, options }, call());
      const anna = (await collect(facade('ldap'), { ...everything, filter: { kind: 'equals', attribute: Attribute.of('uid', 'anna') } })).items[0];
      expect((await resolve('anna'))?.value).toBe(anna?.uid.value);
      await expectFailure(() => resolve('nobody'), 'invalidCredential');
    });

    proves('search-stopped', 'csv', `csv: a consumer of ${LARGE_ROWS} rows who stops after three has three, and the connector serves on`, async () => {
      expect((await first(facade('large'), 3)).map(({ uid }) => uid.value)).toEqual(['person0', 'person1', 'person2']);
      expect((await first(facade('large'), 1))).toHaveLength(1);
    });
    proves('search-cancelled', 'csv', 'csv: a search that is cancelled ends at once, with an error', async () => {
      const abort = new AbortController();
      const stream = facade('large').stream(everything, call(abort.signal));
      expect((await stream.next()).done).toBe(false);
      abort.abort(new Error('nobody waits any more'));
      await expect((async () => { for (;;) if ((await stream.next()).done === true) return 'complete'; })()).rejects.toThrow();
      expect(await first(facade('large'), 1)).toHaveLength(1);
    });
    proves('search-stopped', 'ldap', 'ldap: a consumer who stops after one has one, and the connector serves on', async () => {
      expect(await first(facade('ldap'), 1)).toHaveLength(1);
      expect((await collect(facade('ldap'), everything)).items.length).toBeGreaterThanOrEqual(4);
    });
    proves('search-cancelled', 'ldap', 'ldap: a search that is cancelled before it began is not run', async () => {
      const stream = facade('ldap').stream(everything, call(AbortSignal.abort(new Error('nobody waits any more'))));
      await expect(stream.next()).rejects.toThrow();
      expect(await first(facade('ldap'), 1)).toHaveLength(1);
    });

    proves('batch', 'csv', 'csv: several changes in one request, each with a result of its own', async () => {
      const tasks: BatchTask[] = [
        { kind: 'create', objectClass: ACCOUNT, attributes: [new Name('b1'), Attribute.of('city', 'Rome')], options },
        { kind: 'create', objectClass: ACCOUNT, attributes: [new Name('b2')], options },
        { kind: 'update', objectClass: ACCOUNT, uid: new Uid('b1'), updateType: 'REPLACE', attributes: [Attribute.of('city', 'Oslo')], options },
      ];
      const { items } = await collect(facade('scratch'), { kind: 'batch', tasks, options: options.with(OPTION.requireSerial, 'true') });
      expect(items.map(({ task, uid, error }) => ({ task, uid: uid?.value, error })).sort((left, right) => left.task - right.task)).toEqual([
        { task: 0, uid: 'b1', error: undefined }, { task: 1, uid: 'b2', error: undefined }, { task: 2, uid: 'b1', error: undefined },
      ]);
      expect((await readFile(world().file('scratch'), 'utf8')).replaceAll('"', '')).toMatch(/^uid,.*\nb1,,,,,Oslo,\nb2,,,,,,\n$/);
      const deleted = await collect(facade('scratch'), { kind: 'batch', tasks: [{ kind: 'delete', objectClass: ACCOUNT, uid: new Uid('b2'), options }], options }).catch((error: unknown) => error);
      expect(deleted).toMatchObject(expected<object>('csv-batch-delete', { items: [{ task: 0 }] }, { kind: 'connector', message: expect.stringContaining('getResult()') as string }));
    });
    proves('batch', 'ldap', 'ldap: has no batch', () =>
      expectUnsupported(facade('ldap'), { kind: 'batch', tasks: [{ kind: 'delete', objectClass: ACCOUNT, uid: new Uid('x'), options }], options }, 'BatchApiOp'));

    for (const system of ['csv', 'ldap'] as const) {
      if (isJava) {
        proves('subscribe-objects', system, `${system}: Java's has no subscription to objects`, () =>
          expectUnsupported(facade(system), { kind: 'subscribeToObjects', objectClass: ACCOUNT, filter: undefined, options }, 'ConnectorEventSubscriptionApiOp'));
        proves('subscribe-changes', system, `${system}: Java's has no subscription to changes`, () =>
          expectUnsupported(facade(system), { kind: 'subscribeToChanges', objectClass: ACCOUNT, token: null, options }, 'SyncEventSubscriptionApiOp'));
      } else {
        for (const kind of ['subscribeToObjects', 'subscribeToChanges'] as const) {
          proves(kind === 'subscribeToObjects' ? 'subscribe-objects' : 'subscribe-changes', system, `${system}: ${kind} tells of what is new, until it is left`, () => expectEvents(world(), system, kind));
        }
      }
    }

    proves('errors', 'csv', 'csv: the classes of failures arrive', async () => {
      await expectFailure(() => facade('csv').perform({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('amina')], options }, call()), 'alreadyExists');
      await expectFailure(() => facade('csv').perform({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid('nobody'), options }, call()), 'unknownUid');
      await expectFailure(() => facade('csv').perform({ kind: 'update', objectClass: ACCOUNT, uid: new Uid('nobody'), updateType: 'REPLACE', attributes: [Attribute.of('city', 'x')], options }, call()), 'unknownUid');
      const wrongClass = await facade('csv').perform({ kind: 'create', objectClass: '__GROUP__', attributes: [new Name('x')], options }, call()).catch((error: unknown) => error);
      expect(wrongClass).toBeInstanceOf(ConnectorError);
    });
    proves('errors', 'ldap', 'ldap: the classes of failures arrive', async () => {
      await expectFailure(() => facade('ldap').perform({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name(`uid=anna,${STAFF}`), Attribute.of('cn', 'x'), Attribute.of('sn', 'x')], options }, call()), 'alreadyExists');
      await expectFailure(() => facade('ldap').perform({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid('00000000-0000-0000-0000-000000000000'), options }, call()), 'unknownUid');
      const filter = { kind: 'startsWith', attribute: new Uid('a') } as const;
      expect(filter.attribute.name).toBe(UID);
      await expect(collect(facade('ldap'), { ...everything, filter })).rejects.toBeInstanceOf(ConnectorError);
    });
  });
}

/** Waits for an object that is created while the subscription stands. */
async function expectEvents(world: FacadeWorld, system: 'csv' | 'ldap', kind: 'subscribeToObjects' | 'subscribeToChanges'): Promise<void> {
  const facade = world.facade(system === 'csv' ? 'scratch' : 'ldap');
  const name = system === 'csv' ? kind : `uid=${kind},${STAFF}`;
  const token = kind === 'subscribeToObjects' ? undefined : await facade.perform({ kind: 'latestSyncToken', objectClass: ACCOUNT }, call());
  const stream = token === undefined
    ? facade.stream({ kind: 'subscribeToObjects', objectClass: ACCOUNT, filter: undefined, options }, call())
    : facade.stream({ kind: 'subscribeToChanges', objectClass: ACCOUNT, token, options }, call());
  const event = eventOf(stream, name);
  const attributes = [new Name(name), ...(system === 'csv' ? [] : [Attribute.of('cn', 'x'), Attribute.of('sn', 'x')])];
  await new Promise((resolve) => setTimeout(resolve, 500)); // a subscription has no sign that it stands
  const uid = await facade.perform({ kind: 'create', objectClass: ACCOUNT, attributes, options }, call());
  expect((await event).uid.value).toBe(uid?.value);
}

/** The first event about the object of that name. */
async function eventOf(stream: AsyncGenerator<ConnectorObject | SyncDelta, unknown, void>, name: string): Promise<ConnectorObject | SyncDelta> {
  for await (const event of stream) {
    const object = event instanceof ConnectorObject ? event : event.object;
    if (object?.name.value === name) return event;
  }
  throw new Error('the subscription ended');
}
