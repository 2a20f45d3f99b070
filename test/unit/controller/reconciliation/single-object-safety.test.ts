import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { synchroniseChange } from '../../../../controller/sync/synchronise-change.js';
import { MAPPING, startRecon, type Recon } from '../start-recon.js';

let recon: Recon;
afterEach(() => recon.stop());

const script = (source: string): object => ({ type: 'text/javascript', source });
const GONE = { policies: [{ situation: 'SOURCE_MISSING', action: 'DELETE' }] };
const UNQUALIFIED = { validSource: '/source/mail pr' };

const changed = (kind: 'update' | 'delete', id: string, newValue?: Record<string, string>): Promise<unknown> =>
  synchroniseChange(recon, { kind, container: 'system/src/account', id, newValue, transactionId: 't' }, AbortSignal.timeout(10_000));
const WAYS: [string, (id: string) => Promise<unknown>][] = [
  ['reconById', (id) => recon.run(undefined, id)],
  ['liveSync', (id) => changed('delete', id).catch((error: unknown) => error)],
];
const targets = (): string[] => [...recon.target.objects.values()].map(({ attributes }) => attributes.get('uid')?.single as string).sort();
const links = async (): Promise<number> => Number((await recon.database.query<{ n: number }>('select count(*) as n from link'))[0]?.n);

/** Objects `a`, `b` and `c`, in step and linked. */
async function inStep(mapping: object): Promise<void> {
  recon = await startRecon(mapping);
  for (const uid of ['a', 'b', 'c']) recon.source.add(uid, { uid, mail: 'm' }, uid);
  expect(await recon.run()).toMatchObject({ state: 'SUCCESS' });
  expect(targets()).toEqual(['a', 'b', 'c']);
}

describe.each(WAYS)('an object that is gone, by %s', (_name, carry) => {
  it('has its target deleted and its link removed', async () => {
    await inStep(GONE);
    recon.source.objects.delete('a');
    await carry('a');
    expect([targets(), await links()]).toEqual([['b', 'c'], 2]);
  });

  it.each(['DELETE', 'UNLINK'])('is left alone (%s) when the source shows nothing any more', async (action) => {
    await inStep({ policies: [{ situation: 'SOURCE_MISSING', action }] });
    recon.source.objects.clear();
    await carry('a');
    expect([targets(), await links()]).toEqual([['a', 'b', 'c'], 3]);
  });

  it('goes with its empty source where that is allowed', async () => {
    await inStep({ ...GONE, allowEmptySourceSet: true });
    recon.source.objects.clear();
    await carry('a');
    expect(targets()).toEqual(['b', 'c']);
  });

  it.each(['permissionDenied', 'connectionBroken', 'connector'] as const)('is not gone when its read failed with %s', async (kind) => {
    await inStep(GONE);
    recon.source.objects.delete('a');
    recon.source.failures.set('get', new ConnectorError(kind, 'no'));
    recon.source.failures.set('search', new ConnectorError(kind, 'no'));
    await carry('a');
    expect([targets(), await links()]).toEqual([['a', 'b', 'c'], 3]);
  });

  it('is not gone because its system was taken out of the configuration', async () => {
    await inStep(GONE);
    const file = join(recon.folder, 'provisioner.openicf-src.json');
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')) as object, enabled: false }));
    await recon.registry.load();
    await carry('a');
    expect([targets(), await links()]).toEqual([['a', 'b', 'c'], 3]);
  });

  it('leaves a target that another source object is linked with', async () => {
    await inStep({ ...GONE, linkQualifiers: ['default', 'other'] });
    await recon.database.query("delete from link where link_qualifier = 'other'");
    await recon.database.query("insert into link (link_type, link_qualifier, first_id, second_id, first_key, second_key) select 'm', 'other', 'b', second_id, 'b', second_key from link where first_id = 'a'");
    recon.source.objects.delete('a');
    await carry('a');
    expect(targets()).toContain('a');
  });

  it('leaves a target that a mapping which shares the links is linked with', async () => {
    await inStep({ ...GONE, linkQualifiers: ['default', 'other'] });
    await writeFile(join(recon.folder, 'sync.json'), JSON.stringify({ mappings: [{ ...MAPPING, ...GONE, name: 'owner' }, { ...MAPPING, ...GONE, links: 'owner' }] }));
    await recon.database.query("update link set link_type = 'owner' where link_qualifier = 'default'");
    await recon.database.query("insert into link (link_type, link_qualifier, first_id, second_id, first_key, second_key) select 'owner', 'other', 'b', second_id, 'b', second_key from link where first_id = 'a' and link_type = 'owner'");
    recon.source.objects.delete('a');
    await carry('a');
    expect(targets()).toContain('a');
  });
});

describe('an object that is not valid', () => {
  it('keeps its target while it is valid under another link qualifier', async () => {
    recon = await startRecon({ linkQualifiers: ['user', 'admin'], validSource: script('linkQualifier === "user"') });
    recon.source.add('s', { uid: 'x' }, 's');
    recon.target.add('t', { uid: 'x' }, 't');
    expect(await recon.run(undefined, 's')).toMatchObject({ situationSummary: { FOUND: 1, UNQUALIFIED: 1 }, statusSummary: { FAILURE: 1 } });
    expect([...recon.target.objects.keys()]).toEqual(['t']);
  });

  it('keeps its target when it is valid again by now, whatever an old change says', async () => {
    await inStep(UNQUALIFIED);
    await expect(changed('update', 'a', { uid: 'a' })).rejects.toMatchObject({ code: 409 });
    expect(targets()).toEqual(['a', 'b', 'c']);
    recon.source.objects.get('a')?.attributes.delete('mail');
    await changed('update', 'a', { uid: 'a' });
    expect(targets()).toEqual(['b', 'c']);
  });

  it('leaves a target without link that another source object correlates with', async () => {
    recon = await startRecon(UNQUALIFIED);
    recon.source.add('bad', { uid: 'x' }, 'bad');
    recon.source.add('good', { uid: 'x', mail: 'm' }, 'good');
    recon.target.add('t', { uid: 'x' }, 't');
    expect(await recon.run(undefined, 'bad')).toMatchObject({ situationSummary: { UNQUALIFIED: 1 }, statusSummary: { FAILURE: 1 } });
    expect([...recon.target.objects.keys()]).toEqual(['t']);
    recon.source.objects.delete('good');
    expect(await recon.run(undefined, 'bad')).toMatchObject({ statusSummary: { SUCCESS: 1 }, progress: { target: { deleted: 1 } } });
  });

  it('leaves a target without link that a script has found', async () => {
    recon = await startRecon({ ...UNQUALIFIED, correlation: [], correlationQuery: script('({ _queryFilter: "uid eq \\"" + source.uid + "\\"" })') });
    recon.source.add('bad', { uid: 'x' }, 'bad');
    recon.target.add('t', { uid: 'x' }, 't');
    expect(await recon.run(undefined, 'bad')).toMatchObject({ situationSummary: { UNQUALIFIED: 1 }, statusSummary: { FAILURE: 1 } });
    expect([...recon.target.objects.keys()]).toEqual(['t']);
  });
});

it('reconById as a dry run says what it would do and does nothing', async () => {
  await inStep(GONE);
  recon.source.objects.delete('a');
  expect(await recon.run(undefined, 'a', { dryRun: true })).toMatchObject({ state: 'SUCCESS', dryRun: true, progress: { target: { deleted: 0 } } });
  recon.source.add('d', { uid: 'd' }, 'd');
  expect(await recon.run(undefined, 'd', { dryRun: true })).toMatchObject({ situationSummary: { ABSENT: 1 } });
  expect([targets(), await links()]).toEqual([['a', 'b', 'c'], 3]);
});
