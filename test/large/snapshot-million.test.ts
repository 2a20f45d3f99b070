import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snapshotChanges, takeSnapshot, type Results } from '../../connectors/framework/index.js';
import { ACCOUNT, Attribute, ConnectorObject, Name, Uid, type SyncDelta, type SyncToken } from '../../protocol/model/index.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const MILLION = 1_000_000;
const MEBIBYTE = 1024 * 1024;
/** What is known of a million objects is 33 MiB, and half as much again while its tables grow. */
const BOUND = 80 * MEBIBYTE;

function inUse(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A million people; every thousandth is changed, missing or new when `changed`. */
async function* objects(changed: boolean, failAt = Infinity): Results {
  for (let person = 0; person < MILLION; person++) {
    if (person >= failAt) throw new Error('The target went away.');
    if (changed && person % 1000 === 1) continue;
    const uid = changed && person % 1000 === 2 ? `new-${person}` : `user-${person}-with-a-long-name,ou=people,dc=example,dc=com`;
    yield new ConnectorObject(ACCOUNT, [new Uid(uid), new Name(uid), Attribute.of('mail', changed && person % 1000 === 0 ? 'changed' : `m${person}`)]);
  }
  return undefined;
}

describe('snapshots of a million objects', () => {
  let directory: string;
  let token: SyncToken | null;
  const request = () => ({ stateDirectory: directory, objectClass: ACCOUNT, signal: new AbortController().signal });
  const files = async () => (await readdir(directory, { recursive: true })).filter((name) => /\.(snapshot|draft)$/.test(name));

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'causeway-million-'));
    token = await takeSnapshot({ ...request(), objects: objects(false) });
  }, 240_000);
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('a run that breaks off, as when the agent ends, gives no delete and keeps what was known', async () => {
    const kinds = new Set<string>();
    await expect((async () => { for await (const { kind } of snapshotChanges({ ...request(), token, objects: objects(true, 200_000) })) kinds.add(kind); })()).rejects.toThrow('went away');
    expect([...kinds].sort()).toEqual(['CREATE', 'UPDATE']);
    expect(await files()).toHaveLength(1);
  }, 240_000);

  it('the next run finds every create, update and delete in bounded memory', async () => {
    const before = inUse();
    let most = 0;
    const count = { CREATE: 0, UPDATE: 0, DELETE: 0 } as Record<SyncDelta['kind'], number>;
    const changes = snapshotChanges({ ...request(), token, objects: objects(true) });
    for (;;) {
      const step = await changes.next();
      if (step.done === true) break;
      count[step.value.kind] += 1;
      if (count.UPDATE % 250 === 249) most = Math.max(most, inUse() - before);
    }
    expect(count).toEqual({ CREATE: 1000, UPDATE: 1000, DELETE: 2000 });
    expect(most).toBeLessThan(BOUND);
    for (const name of await files()) expect((await stat(join(directory, name))).size).toBeLessThan(80 * MEBIBYTE);
  }, 240_000);
});
