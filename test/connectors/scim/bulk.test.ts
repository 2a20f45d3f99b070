import { afterEach, expect, it } from 'vitest';
import { ACCOUNT, Attribute, GuardedString, Name, PASSWORD, type IcfValue } from '../../../protocol/model/index.js';
import { failure, type ConnectorCaller } from '../../support/connector-caller.js';
import { fault } from '../../targets/rest/faults.js';
import { FakeScim } from './fake.js';
import { callerFor } from './system.js';

const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => { for (const end of ended.splice(0).reverse()) await end(); });

const LARGE = { maxOperations: 1000, maxPayloadSize: 1_048_576 };

async function start(settings: Partial<Parameters<typeof FakeScim.start>[0]> = {}, changes: Readonly<Record<string, IcfValue>> = { bulk: true }): Promise<{ fake: FakeScim; scim: ConnectorCaller }> {
  const fake = await FakeScim.start({ version: 2, provider: { patch: true, bulk: LARGE }, ...settings });
  const scim = callerFor(fake, changes);
  ended.push(() => fake.service.stop(), () => scim.dispose());
  return { fake, scim };
}

const writes = (fake: FakeScim): readonly string[] => fake.service.seen.filter(({ method, path }) => method !== 'GET' && path.startsWith('/scim')).map(({ method, path }) => `${method} ${path.replace(/r-\d+$/, '{id}')}`);
const names = Array.from({ length: 12 }, (_, index) => `user${index}`);
const made = (fake: FakeScim): readonly unknown[] => [...fake.users.values()].map(({ userName }) => userName).sort();

for (const version of [1, 2] as const) {
  it(`SCIM ${version}: writes that come at the same time are one request, and each has its own end`, async () => {
    const { fake, scim } = await start({ version });
    const taken = await scim.create(ACCOUNT, new Name('taken'));
    fake.service.seen.length = 0;
    const uids = names.map((name) => scim.create(ACCOUNT, new Name(name), Attribute.of(PASSWORD, new GuardedString(`secret of ${name}`))));
    const [refused, ...more] = await Promise.all([failure(scim.create(ACCOUNT, new Name('taken'))), ...uids]);
    expect(writes(fake)).toEqual(['POST /scim/Bulk']);
    if (version === 2) expect(refused).toMatchObject({ kind: 'alreadyExists', outcome: 'notApplied' });
    else expect(refused).toMatchObject({ outcome: 'notApplied' });
    expect(await Promise.all(more.map(async (uid) => (await scim.get(ACCOUNT, uid))?.name.value))).toEqual(names);
    fake.service.seen.length = 0;
    const [first, second] = more as [typeof taken, typeof taken];
    await Promise.all([scim.update(ACCOUNT, first, Attribute.of('title', 'Guide')), scim.update(ACCOUNT, second, Attribute.of('title', 'Chief')), scim.remove(ACCOUNT, taken)]);
    expect(writes(fake)).toEqual(['POST /scim/Bulk']);
    expect([(await scim.values(ACCOUNT, first))['title'], (await scim.values(ACCOUNT, second))['title'], await scim.get(ACCOUNT, taken)]).toEqual(['Guide', 'Chief', null]);
  });
}

it('no request has more writes than the service takes, or more bytes', async () => {
  const few = await start({ provider: { patch: true, bulk: { ...LARGE, maxOperations: 5 } } });
  await Promise.all(names.map((name) => few.scim.create(ACCOUNT, new Name(name))));
  expect(writes(few.fake)).toEqual(['POST /scim/Bulk', 'POST /scim/Bulk', 'POST /scim/Bulk']);
  const small = await start({ provider: { patch: true, bulk: { ...LARGE, maxPayloadSize: 2_000 } } });
  await Promise.all(names.map((name) => small.scim.create(ACCOUNT, new Name(name), Attribute.of('title', 'x'.repeat(300)))));
  expect(writes(small.fake).length).toBeGreaterThan(names.length / 5);
  expect(new Set(writes(small.fake))).toEqual(new Set(['POST /scim/Bulk']));
  expect(made(small.fake)).toEqual([...names].sort());
});

it('no request has two writes of one object', async () => {
  const { fake, scim } = await start();
  const uids = [await scim.create(ACCOUNT, new Name('bjensen')), await scim.create(ACCOUNT, new Name('other'))];
  fake.service.seen.length = 0;
  await Promise.all(['title', 'nickName', 'userType'].flatMap((name) => uids.map((uid) => scim.update(ACCOUNT, uid, Attribute.of(name, 'changed')))));
  const paths = fake.service.seenOf('POST /scim/Bulk').map(({ body }) => (body as { readonly Operations: readonly { readonly path: string }[] }).Operations.map(({ path }) => path));
  for (const each of paths) expect(new Set(each).size).toBe(each.length);
  for (const uid of uids) expect(await scim.values(ACCOUNT, uid)).toMatchObject({ title: 'changed', nickName: 'changed', userType: 'changed' });
});

it('a bulk request the service refuses is sent write by write', async () => {
  const { fake, scim } = await start();
  fake.service.faults.next(fault.answer({ status: 413, body: { detail: 'too large today' } }), { on: 'POST /scim/Bulk' });
  await Promise.all(names.map((name) => scim.create(ACCOUNT, new Name(name))));
  expect(writes(fake)).toEqual(['POST /scim/Bulk', ...names.map(() => 'POST /scim/Users')]);
  expect(made(fake)).toEqual([...names].sort());
});

it('of one that breaks off nothing is known, and nothing is sent twice', async () => {
  const { fake, scim } = await start();
  fake.service.faults.next(fault.resetAfter(), { on: 'POST /scim/Bulk' });
  const errors = await Promise.all(names.map((name) => failure(scim.create(ACCOUNT, new Name(name)))));
  expect(errors.map(({ outcome }) => outcome)).toEqual(names.map(() => 'unknown'));
  expect(writes(fake)).toEqual(['POST /scim/Bulk']);
});

it('a write the answer says nothing of is sent by itself', async () => {
  const { fake, scim } = await start();
  fake.service.faults.next(fault.answer({ status: 200, body: { Operations: [{ method: 'POST', bulkId: 'write-1', status: '201', location: 'https://example.com/Users/second' }] } }), { on: 'POST /scim/Bulk' });
  const [first, second] = await Promise.all([scim.create(ACCOUNT, new Name('one')), scim.create(ACCOUNT, new Name('two'))]);
  expect(second.value).toBe('second');
  expect((await scim.get(ACCOUNT, first))?.name.value).toBe('one');
});

it('each write is a request of its own where nobody asked for bulk requests, or the service has none', async () => {
  for (const [settings, changes] of [[{}, {}], [{ provider: { patch: true } }, { bulk: true }], [{ provider: undefined }, { bulk: true }]] as const) {
    const { fake, scim } = await start(settings, changes);
    await Promise.all(names.map((name) => scim.create(ACCOUNT, new Name(name))));
    expect(writes(fake)).toEqual(names.map(() => 'POST /scim/Users'));
  }
});
