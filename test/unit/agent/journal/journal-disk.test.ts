import { mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Uid } from '../../../../protocol/model/index.js';
import { openConfiguredJournal } from '../../../../agent/journal/configured-journal.js';
import type { Intent } from '../../../../agent/journal/journal-record.js';
import type { WriteJournal } from '../../../../agent/journal/write-journal.js';
import { recordedLog } from '../../../support/quiet-log.js';

let directory: string;
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'causeway-journal-')); });
afterEach(() => rm(directory, { recursive: true, force: true }));

const open = (log = recordedLog()): Promise<WriteJournal> => openConfiguredJournal({
  agent: { name: 'a', stateDirectory: directory, shutdownGrace: 0, coreDumps: false, hostId: undefined }, journal: { directory: undefined, maxSize: 8 * 1024 ** 2, retention: 86_400_000 },
}, log);
const intent = (operationId: string): Intent => ({ operationId, principal: 'idm', kind: 'create', connector: 'csv', systemId: 's', objectClass: 'x', uid: undefined, nameDigest: undefined, fingerprint: 'f', at: Date.now() });
const write = async (journal: WriteJournal, id: string): Promise<void> => {
  const begun = await journal.begin(intent(id), false);
  if (begun.kind === 'new') await begun.write.end({ state: 'applied', uid: new Uid(`uid of ${id}`) });
};
const segments = async (): Promise<string[]> => (await readdir(join(directory, 'journal'))).filter((name) => name.endsWith('.journal')).sort();

describe('on a real disk', () => {
  it('is for its owner only, stays the same journal, and writes nothing before the first write', async () => {
    const journal = await open();
    expect(await segments()).toEqual([]);
    await write(journal, 'a');
    const modes = await Promise.all(['journal', 'journal/journal.key', `journal/${(await segments())[0]}`].map(async (name) => (await stat(join(directory, name))).mode & 0o777));
    expect(modes).toEqual([0o700, 0o600, 0o600]);
    const again = await open();
    expect(again.id).toBe(journal.id);
    await journal.close();
    await again.close();
  });

  it('its directory is made when something is written, if it could not be before', async () => {
    const journal = await open();
    await rm(join(directory, 'journal'), { recursive: true });
    await write(journal, 'a');
    expect(await journal.find('a')).toMatchObject({ outcome: { state: 'applied' } });
    expect((await stat(join(directory, 'journal'))).mode & 0o777).toBe(0o700);
    await journal.close();
  });

  it('another directory is another journal', async () => {
    const id = (await open()).id;
    await rm(join(directory, 'journal'), { recursive: true });
    expect((await open()).id).not.toBe(id);
  });

  it('closed well gives its room back; killed, it is read all the same, and never appended to', async () => {
    const first = await open();
    await write(first, 'a');
    await first.close();
    expect((await stat(join(directory, 'journal', (await segments())[0]!))).size).toBeLessThan(2_000);
    const killed = await open();
    await write(killed, 'b');
    await killed.begin(intent('c'), false);
    const content = await readFile(join(directory, 'journal', (await segments())[1]!));
    const next = await open();
    await write(next, 'd');
    expect(content.equals(await readFile(join(directory, 'journal', (await segments())[1]!)))).toBe(true);
    for (const id of ['a', 'b', 'd']) expect(await next.find(id)).toMatchObject({ outcome: { state: 'applied', uid: { value: `uid of ${id}` } } });
    expect(await next.find('c')).toMatchObject({ outcome: { state: 'unknown' } });
    expect(next.status()).toMatchObject({ unresolved: 1, failing: false });
    await next.close();
    await killed.close();
  });

  it('a cut-off file and what a crash left half made do not stop it', async () => {
    const first = await open();
    await write(first, 'a');
    const [name] = await segments();
    await truncate(join(directory, 'journal', name!), 900);
    await writeFile(join(directory, 'journal', '000000000009.journal.tmp'), 'half');
    const log = recordedLog();
    const next = await open(log);
    expect(await next.find('a')).toMatchObject({ outcome: { state: 'applied' } });
    expect(log.at('warn').join()).toContain('set aside');
    expect(await readdir(join(directory, 'journal'))).not.toContain('000000000009.journal.tmp');
    await write(next, 'b');
    await next.close();
  });
});
