import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import csv from '../../../connectors/catalog/csv/index.js';
import { replaceBy } from '../../../connectors/catalog/csv/storage/write-file.js';
import { createFacade, type FacadeHandle } from '../../../connectors/framework/index.js';
import { ACCOUNT, Attribute, IcfFile, Name, OperationOptions, Uid, type BatchTask, type IcfValue } from '../../../protocol/model/index.js';
import { calling, configured, drain } from '../../support/memory-facade.js';
import { recordedLog } from '../../support/quiet-log.js';
import { Fixture, plain, removeFixtures } from './fixture.js';

vi.mock(import('../../../connectors/catalog/csv/storage/write-file.js'), async (original) => {
  const own = await original();
  return { ...own, replaceBy: vi.fn(own.replaceBy) };
});

const on = { objectClass: ACCOUNT, options: OperationOptions.none };
const ROWS = 400;
const create = (name: string, mail: string): BatchTask => ({ kind: 'create', attributes: [new Name(name), Attribute.of('mail', mail)], ...on });
const update = (uid: string, mail: string): BatchTask => ({ kind: 'update', updateType: 'REPLACE', uid: new Uid(uid), attributes: [Attribute.of('mail', mail)], ...on });
const remove = (uid: string): BatchTask => ({ kind: 'delete', uid: new Uid(uid), ...on });

let fixture: Fixture;
let facade: FacadeHandle;
beforeEach(async () => {
  fixture = await Fixture.of(`uid,mail\n${Array.from({ length: ROWS }, (_, row) => `u${row},old\n`).join('')}`);
  facade = createFacade(csv, configured(csv, { csvFile: new IcfFile(fixture.path) }), { log: recordedLog(), stateRoot: fixture.directory });
  vi.mocked(replaceBy).mockClear();
});
afterEach(async () => {
  await facade.dispose();
  await removeFixtures();
});

async function batch(tasks: readonly BatchTask[], options: Record<string, IcfValue> = {}) {
  const { items, end } = await drain(facade.stream({ kind: 'batch', tasks, options: OperationOptions.of(options) }, calling()));
  return { items: [...items].sort((a, b) => a.task - b.task), end };
}

describe('a batch [csv 11]', () => {
  it('tells of each task by itself what became of it; a failed one does not disturb the others', async () => {
    const { items } = await batch([create('new', 'a'), create('u1', 'b'), update('nobody', 'c'), update('u2', 'd'), remove('u3'), remove('u3'), { ...update('u4', 'x'), attributes: [Attribute.of('phone', '1')] } as BatchTask]);
    expect(items.map(({ uid, error }) => uid?.value ?? error?.kind ?? 'done')).toEqual(['new', 'alreadyExists', 'unknownUid', 'u2', 'done', 'unknownUid', 'invalidAttributeValue']);
    expect(items.filter(({ last }) => last === true).map(({ task }) => task)).toEqual([6]);
    expect([plain(await fixture.get('u2')), plain(await fixture.get('new')), await fixture.get('u3')]).toEqual([{ mail: 'd' }, { mail: 'a' }, undefined]);
  });

  it('does what is asked of one row in the order it is asked, and stops at a failure when told to', async () => {
    await batch([update('u1', '1'), update('u1', '2'), remove('u1'), update('u2', '1'), update('u2', '2')]);
    expect([await fixture.get('u1'), plain(await fixture.get('u2'))]).toEqual([undefined, { mail: '2' }]);
    const { items } = await batch([update('u5', 'x'), remove('nobody'), update('u6', 'x'), update('u7', 'x')], { FAIL_ON_ERROR: true, REQUIRE_SERIAL: 'true' });
    expect(items.map(({ error }) => error?.kind)).toEqual([undefined, 'unknownUid', 'connector', 'connector']);
    expect([plain(await fixture.get('u5')), plain(await fixture.get('u6'))]).toEqual([{ mail: 'x' }, { mail: 'old' }]);
  });

  it('of many changes leaves exactly their sum, and writes those that wait together together', async () => {
    const tasks = Array.from({ length: ROWS }, (_, row) => (row % 4 === 3 ? remove(`u${row}`) : update(`u${row}`, `new${row}`)));
    const { items, end } = await batch([...tasks, ...Array.from({ length: 100 }, (_, row) => create(`c${row}`, 'new'))]);
    expect(items.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(end).toMatchObject({ returnsResults: true });
    expect(vi.mocked(replaceBy).mock.calls.length).toBeLessThan(ROWS * 0.75);
    const { objects } = await fixture.all();
    const rows = objects.map((object) => `${object.uid.value} ${plain(object)?.['mail'] as string}`).sort();
    const kept = Array.from({ length: ROWS }, (_, row) => row).filter((row) => row % 4 !== 3).map((row) => `u${row} new${row}`);
    expect(rows).toEqual([...kept, ...Array.from({ length: 100 }, (_, row) => `c${row} new`)].sort());
  });
});
