import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Attribute, ConnectorError, ConnectorObject, Name, Uid, type SyncDelta } from '../../../../protocol/model/index.js';
import type { MemoryFacade } from '../memory-facade.js';
import { startRecon, type Recon } from '../start-recon.js';

let recon: Recon;
afterEach(() => recon.stop());

const object = (id: string, attributes: Record<string, string>): ConnectorObject =>
  new ConnectorObject('__ACCOUNT__', [new Uid(id), new Name(id), ...Object.entries(attributes).map(([name, value]) => Attribute.of(name, value))]);
const changed = (token: number, id: string, attributes: Record<string, string>): SyncDelta =>
  ({ kind: 'CREATE_OR_UPDATE', token: { value: token }, uid: new Uid(id), objectClass: '__ACCOUNT__', object: object(id, attributes) });
const gone = (token: number, id: string): SyncDelta => ({ kind: 'DELETE', token: { value: token }, uid: new Uid(id), objectClass: '__ACCOUNT__' });

type Attributes = MemoryFacade['objects'] extends Map<string, infer Stored> ? Stored extends { attributes: infer Found } ? Found : never : never;

function textOf(attributes: Attributes, name: string): string {
  const value = attributes.get(name)?.single;
  return typeof value === 'string' ? value : '';
}

const MAPPING = { deltaReconciliation: true, policies: [{ situation: 'SOURCE_MISSING', action: 'DELETE' }] };
const delta = (): Promise<Record<string, unknown>> => recon.run(undefined, undefined, { delta: true });

async function three(): Promise<void> {
  recon = await startRecon(MAPPING);
  for (const name of ['a', 'b', 'c']) recon.source.add(name, { uid: name, mail: 'old' }, name);
  expect(await recon.run()).toMatchObject({ state: 'SUCCESS', situationSummary: { ABSENT: 3 } });
  // What this run did comes back as changes of the target.
  let token = 0;
  for (const [id, { attributes }] of recon.target.objects) recon.target.deltas.push(changed(token += 1, id, Object.fromEntries(['uid', 'mail', 'kind'].map((name) => [name, textOf(attributes, name)]))));
}

it('reads no more than what changed, and comes to what a whole run would', async () => {
  await three();
  const searches = [recon.source, recon.target].map((side) => side.named('search').length);
  recon.source.objects.delete('b');
  recon.source.add('d', { uid: 'd', mail: 'old' }, 'd');
  recon.source.deltas.push(changed(1, 'a', { uid: 'a', mail: 'new' }), gone(2, 'b'), changed(3, 'd', { uid: 'd', mail: 'old' }));
  expect(await delta()).toMatchObject({
    state: 'SUCCESS', delta: { source: 'delta', target: 'delta' }, situationSummary: { CONFIRMED: 2, SOURCE_MISSING: 1, ABSENT: 1 },
    progress: { target: { created: 1, updated: 1, deleted: 1 }, source: { existing: { total: '3' } } },
  });
  expect([recon.source, recon.target].map((side) => side.named('search').length)).toEqual(searches);
  expect([...recon.target.objects.values()].map(({ attributes }) => `${textOf(attributes, 'uid')} ${textOf(attributes, 'mail')}`).sort()).toEqual(['a new', 'c old', 'd old']);
  expect(recon.source.named('sync').map(({ token }) => token?.value)).toEqual([0]);
});

it('is no more than a whole run where a system cannot say where its changes stand, and no run fails for it', async () => {
  recon = await startRecon(MAPPING);
  recon.source.add('a', { uid: 'a', mail: 'old' }, 'a');
  recon.target.failures.set('latestSyncToken', new ConnectorError('connector', 'more than 1000000 objects, which is the limit of snapshot sync'));
  expect(await recon.run()).toMatchObject({ state: 'SUCCESS', situationSummary: { ABSENT: 1 } });
  expect(await delta()).toMatchObject({ state: 'SUCCESS', delta: { source: 'delta', target: 'full' }, situationSummary: { CONFIRMED: 1 } });
});

it('goes on behind the last change it has stored', async () => {
  await three();
  recon.source.deltas.push(changed(7, 'a', { uid: 'a', mail: 'new' }));
  await delta();
  await delta();
  expect(recon.source.named('sync').map(({ token }) => token?.value)).toEqual([0, 7]);
});

it('deletes nothing that a change says is gone and that is there', async () => {
  await three();
  recon.source.deltas.push(gone(1, 'b'));
  expect(await delta()).toMatchObject({ state: 'SUCCESS', progress: { target: { deleted: 0 } } });
  expect(recon.target.objects.size).toBe(3);
});

it('follows an object to its new id', async () => {
  await three();
  recon.source.objects.delete('b');
  recon.source.add('z', { uid: 'b', mail: 'old' }, 'z');
  recon.source.deltas.push({ ...changed(1, 'z', { uid: 'b', mail: 'old' }), previousUid: new Uid('b') });
  expect(await delta()).toMatchObject({ progress: { source: { existing: { total: '3' } } } });
});

it('reads everything when it has nothing to go on from, cannot be told changes, or the mapping is another one', async () => {
  recon = await startRecon(MAPPING);
  recon.source.add('a', { uid: 'a' }, 'a');
  expect(await delta()).toMatchObject({ state: 'SUCCESS', delta: { source: 'full', target: 'full' } });
  await recon.stop();
  recon = await startRecon({ ...MAPPING, sourceQuery: { _queryFilter: 'uid pr' } });
  recon.source.add('a', { uid: 'a' }, 'a');
  await recon.run();
  expect(await delta()).toMatchObject({ delta: { source: 'full', target: 'delta' } });
});

it('stores changes before a failure once, and takes up the rest', async () => {
  await three();
  recon.source.deltas.push(changed(1, 'a', { uid: 'a', mail: 'new' }));
  recon.source.failures.set('sync', new ConnectorError('connectorIo', 'not now'));
  expect(await delta()).toMatchObject({ state: 'FAILED', message: expect.stringContaining('not now') as string });
  recon.source.failures.clear();
  expect(await delta()).toMatchObject({ state: 'SUCCESS', progress: { target: { updated: 1 } } });
});

it('reads everything once the file of a script is another one', async () => {
  recon = await startRecon({ ...MAPPING, properties: [{ target: 'name', template: 'cn={{dn:uid}},o=x' }, { source: 'uid', target: 'uid' }, { target: 'mail', source: 'mail', transform: { type: 'text/javascript', file: 'mail.js' } }] });
  await mkdir(join(recon.folder, 'script'));
  const write = (text: string): Promise<void> => writeFile(join(recon.folder, 'script', 'mail.js'), text);
  await write('source + "@old.example"');
  recon.source.add('a', { uid: 'a', mail: 'a' }, 'a');
  expect(await recon.run()).toMatchObject({ state: 'SUCCESS', situationSummary: { ABSENT: 1 } });
  expect(await delta()).toMatchObject({ state: 'SUCCESS', delta: { source: 'delta', target: 'delta' } });
  await write('source + "@renamed.example"');
  expect(await delta()).toMatchObject({ state: 'SUCCESS', delta: { source: 'full', target: 'full' } });
  expect([...recon.target.objects.values()].map(({ attributes }) => textOf(attributes, 'mail'))).toEqual(['a@renamed.example']);
});
