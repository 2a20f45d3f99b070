import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import scim from '../../../connectors/catalog/scim/index.js';
import { ACCOUNT, Attribute, ENABLE, GROUP, GuardedString, Name, PASSWORD, type IcfValue, type SyncToken, type Uid } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { ConnectorCaller, failure } from '../../support/connector-caller.js';
import { isScim2ServerInstalled, startScim2Server, type Scim2Server } from '../../targets/scim2-server.js';
import { USERS, changeValues, map } from './system.js';

const WRONG = 'not-the-credential-of-scim';
const configured = ({ address, token }: Scim2Server, readSchema: boolean): Record<string, IcfValue> => ({
  SCIMEndpoint: address, SCIMVersion: 2, authenticationMethod: 'TOKEN', authToken: new GuardedString(token), readRateLimit: '900/sec', writeRateLimit: '900/sec', readSchema,
});

function contractOfUsers(readSchema: boolean): void {
  describeConnectorContract(`scim 2.0 on scim2-server${readSchema ? ', by the schema it tells of' : ''}: users`, async () => {
    const server = await startScim2Server();
    return {
      connector: scim, ...USERS, configuration: configured(server, readSchema),
      broken: { authToken: new GuardedString(WRONG) },
      secrets: [server.token, WRONG],
      behind: { name: server.name, real: true },
      outage: { begin: () => server.pause(), end: () => server.resume() },
      stop: () => server.stop(),
    };
  });
}

/** What the suite does not ask for: groups, whose names are not unique (RFC 7643, section 4.2), values of several parts, and times. */
function behavioursOf(readSchema: boolean): void {
  describe(`scim 2.0 on scim2-server${readSchema ? ', by the schema it tells of' : ''}`, () => {
    let server: Scim2Server;
    let caller: ConnectorCaller;
    beforeAll(async () => {
      server = await startScim2Server();
      caller = new ConnectorCaller(scim, configured(server, readSchema));
    }, 60_000);
    afterAll(async () => {
      await caller.dispose();
      await server.stop();
    });
    const user = (name: string, ...more: readonly Attribute[]): Promise<Uid> => caller.create(ACCOUNT, new Name(name), ...more);

    it('changes and clears values of one part and of several, and those of the extension', async () => {
      const emails = (...values: readonly string[]): Attribute => new Attribute('emails', values.map((value) => map({ value, type: 'work' })));
      const extension: readonly Attribute[] = readSchema ? [] : [Attribute.of('employeeNumber', '701984'), Attribute.of('department', 'Tours')];
      const uid = await user('bjensen', Attribute.of('name', map({ familyName: 'Jensen', givenName: 'Barbara' })), emails('b@example.com'), Attribute.of('title', 'Guide'), Attribute.of(ENABLE, true), Attribute.of(PASSWORD, new GuardedString('t1meMa$heen')), ...extension);
      expect(await caller.values(ACCOUNT, uid)).toMatchObject({ name: { familyName: 'Jensen' }, title: 'Guide', __ENABLE__: true, ...(readSchema ? {} : { employeeNumber: '701984', department: 'Tours' }) });
      await caller.update(ACCOUNT, uid, emails('c@example.com', 'd@example.com'), new Attribute('title', null), Attribute.of(ENABLE, false), Attribute.of('name', map({ familyName: 'Jones' })));
      await changeValues(caller, 'ADD', ACCOUNT, uid, emails('e@example.com'));
      const after = await caller.values(ACCOUNT, uid);
      expect([after['title'], after[ENABLE]]).toEqual([undefined, false]);
      expect((after['emails'] as readonly { value: string }[]).map(({ value }) => value)).toEqual(['c@example.com', 'd@example.com', 'e@example.com']);
      expect(after['name']).toMatchObject({ familyName: 'Jones' });
    });

    it('adds members to a group, removes one, and replaces them', async () => {
      const uids = [await user('one'), await user('two'), await user('three')];
      const [one, two, three] = uids.map(({ value }) => value) as [string, string, string];
      const group = await caller.create(GROUP, new Name('Tour Guides'), Attribute.of('members', map({ value: one })));
      const members = async (): Promise<unknown> => [(await caller.values(GROUP, group))['members'] ?? []].flat().map((member) => (member as { value: string }).value).sort();
      await changeValues(caller, 'ADD', GROUP, group, Attribute.of('members', two, three));
      expect(await members()).toEqual([one, two, three].sort());
      await changeValues(caller, 'REMOVE', GROUP, group, Attribute.of('members', two));
      expect(await members()).toEqual([one, three].sort());
      await caller.update(GROUP, group, Attribute.of('members', map({ value: two })));
      expect(await members()).toEqual([two]);
      await caller.update(GROUP, group, new Attribute('members', null));
      expect(await members()).toEqual([]);
      await caller.remove(GROUP, group);
      expect(await caller.get(GROUP, group)).toBeNull();
    });

    it('takes writes that come at the same time in one request', async () => {
      // Sixty writes of their own would take a minute.
      const together = new ConnectorCaller(scim, { ...configured(server, readSchema), bulk: true, writeRateLimit: '1/sec' });
      await user('bulk0');
      const names = Array.from({ length: 20 }, (_, index) => `bulk${index + 1}`);
      const [taken, ...uids] = await Promise.all([failure(together.create(ACCOUNT, new Name('bulk0'))), ...names.map((name) => together.create(ACCOUNT, new Name(name)))]);
      expect(taken).toMatchObject({ kind: 'alreadyExists' });
      await Promise.all(uids.map((uid) => together.update(ACCOUNT, uid, Attribute.of('title', `of ${uid.value}`))));
      for (const uid of uids) expect(await caller.values(ACCOUNT, uid)).toMatchObject({ title: `of ${uid.value}` });
      await Promise.all(uids.map((uid) => together.remove(ACCOUNT, uid)));
      expect(await caller.get(ACCOUNT, uids[0]!)).toBeNull();
      await together.dispose();
    }, 20_000);

    it('tells who has changed since, once', async () => {
      const uid = await user('early');
      const told = async (token: SyncToken | null): Promise<readonly string[]> => (await caller.sync(ACCOUNT, token)).items.map((delta) => delta.uid.value);
      // A change shows once the second it was made in is over.
      await expect.poll(() => told(null), { timeout: 15_000 }).toContain(uid.value);
      const { end = null } = await caller.sync(ACCOUNT, null);
      const late = await user('late');
      await expect.poll(() => told(end), { timeout: 15_000 }).toEqual([late.value]);
    });

    it('refuses a user twice, and one that has gone', async () => {
      const uid = await user('twice');
      expect(await failure(user('twice'))).toMatchObject({ kind: 'alreadyExists', outcome: 'notApplied' });
      await caller.remove(ACCOUNT, uid);
      expect(await failure(caller.update(ACCOUNT, uid, Attribute.of('title', 'x')))).toMatchObject({ kind: 'unknownUid' });
      expect(await failure(caller.remove(ACCOUNT, uid))).toMatchObject({ kind: 'unknownUid' });
    });
  });
}

if (!isScim2ServerInstalled()) it('scim2-server', () => console.log('not run: scim2-server is not installed (node scripts/rest-targets.mjs)'));
else for (const readSchema of [false, true]) {
  contractOfUsers(readSchema);
  behavioursOf(readSchema);
}
