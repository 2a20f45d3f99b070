import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordingOf } from '../../../../agent/desk/recording/agent-recording.js';
import { OperationOptions } from '../../../../protocol/model/index.js';
import { calling } from '../../../support/memory-facade.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { recordedConnector } from '../../../support/recorded-connector.js';
import { Scrubber } from '../../../../agent/desk/recording/scrubber.js';
import { recordTraffic } from '../../../../agent/desk/recording/recording-traffic.js';
import { spellingsOf } from '../../../secret-search/spellings.js';
import { MemoryTarget, memoryConnector } from '../../../support/memory-connector.js';
import { awkwardSecret } from '../../../support/secret-values.js';
import { desk, type DeskRun, type DeskWorld } from '../../../support/desk.js';
import { heldSecret, startThings, thingsConnector, type Thing } from '../../../support/things-service.js';

const SECRET = awkwardSecret('client of a recording');
const PASSWORD = awkwardSecret('password in a recording');

let directory: string;
let recording: string;
let fake: Awaited<ReturnType<typeof startThings>> | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'desk-recording-'));
  recording = join(directory, 'traffic.jsonl');
});
afterEach(async () => {
  await fake?.service.stop();
  await rm(directory, { recursive: true, force: true });
});

async function things(all: Thing[], further: Readonly<Record<string, unknown>> = {}): Promise<void> {
  fake = await startThings(all, SECRET, further);
}

const world: DeskWorld = { environment: { SECRET, PASSWORD }, load: (id) => Promise.resolve(id === 'things' ? thingsConnector : undefined) };

function onThings(command: string, ...words: string[]): Promise<DeskRun> {
  return desk([command, '--connector', 'things', '--set', `address=${fake?.service.origin ?? ''}`, '--set-from', 'clientSecret=env:SECRET', ...command === 'test' ? [] : ['--class', 'thing'], ...words], world);
}
const replayed = (command: string, ...words: string[]): Promise<DeskRun> => desk([command, '--replay', recording, ...command === 'test' ? [] : ['--class', 'thing'], ...words], { load: world.load });

/** Where a secret stands in a text, in any spelling; empty: nowhere. */
function found(bytes: Buffer, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets).filter(([name, value]) => spellingsOf({ name, kind: 'text', value: Buffer.from(value).toString('base64') }).some((spelling) => bytes.includes(spelling))).map(([name]) => name);
}

describe('--record', () => {
  it('replaces no file, and makes one that only its owner can read', async () => {
    await things([{ id: 't1', name: 'one' }]);
    expect(await onThings('query', '--record', recording)).toMatchObject({ exit: 0 });
    expect((await stat(recording)).mode & 0o777).toBe(0o600);
    expect(await onThings('query', '--record', recording)).toMatchObject({ exit: 2, told: expect.stringContaining('there is such a file already') as string });
  });

  it('keeps no secret that was planted anywhere: configuration, token, request, answer, address, echo', async () => {
    const planted = {
      'field of an answer': heldSecret('field'), 'nested list': heldSecret('nested'), 'document in a text': heldSecret('inner'), 'next link': heldSecret('link'),
    };
    await things([{
      id: 't1', name: 'one', apiKey: planted['field of an answer'], credentials: [{ value: planted['nested list'] }], note: JSON.stringify({ client_secret: planted['document in a text'] }),
      link: `https://files.example.com/x?access_token=${planted['next link']}`, echo: `the client said ${SECRET}`, again: Buffer.from(`user:${SECRET}`).toString('base64'),
      // What was found by its name is a secret wherever else it stands.
      remark: `key ${planted['field of an answer']}`, address: encodeURIComponent(planted['nested list']),
    }]);
    expect(await onThings('query', '--record', recording)).toMatchObject({ exit: 0 });
    await rm(recording);
    expect(await onThings('create', '--value', '__NAME__=two', '--value-from', '__PASSWORD__=env:PASSWORD', '--yes', '--record', recording)).toMatchObject({ exit: 0 });
    await rename();
    expect(await onThings('query', '--record', recording)).toMatchObject({ exit: 0 });
    const bytes = Buffer.concat([await readFile(join(directory, 'first.jsonl')), await readFile(recording)]);
    const tokens = Object.fromEntries((fake?.tokens ?? []).map((token, index) => [`token ${index}`, token]));
    expect(fake?.tokens.length).toBeGreaterThan(0);
    expect(found(bytes, { ...planted, SECRET, PASSWORD, ...tokens })).toEqual([]);
    // It is a recording all the same.
    expect(bytes.toString('utf8')).toContain(String.raw`\"name\":\"two\"`);
    expect(bytes.toString('utf8')).toContain('/things?');

    async function rename(): Promise<void> {
      await writeFile(join(directory, 'first.jsonl'), await readFile(recording));
      await rm(recording);
    }
  });

  it('has an end: what does not fit is left out, and that is said', async () => {
    const target = new MemoryTarget();
    for (let number = 0; number < 50; number++) target.add(`u${number}`, { text: 'x'.repeat(100) });
    const { traffic, close } = recordTraffic(recording, 2000);
    const memory = memoryConnector(target, { without: ['schema'] });
    const { createFacade, defaultConfiguration } = await import('../../../../connectors/framework/index.js');
    const configuration = defaultConfiguration(memory);
    const facade = createFacade(memory, { ...configuration, properties: configuration.properties.map((property) => (property.name === 'host' ? { ...property, value: 'h' } : property)) }, { log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }, stateRoot: directory, traffic });
    let count = 0;
    const results = facade.stream({ kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: OperationOptions.none }, { signal: new AbortController().signal });
    while ((await results.next()).done !== true) count += 1;
    await facade.dispose();
    expect(close()).toContain('the rest did not fit');
    expect(count).toBe(50);
    const lines = (await readFile(recording, 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as { kind: string });
    expect(lines.map(({ kind }) => kind)).toEqual(['recording', 'end']);
    expect((await stat(recording)).size).toBeLessThan(2200);
  });
});

describe('--replay', () => {
  it('refuses what is no recording', async () => {
    expect(await replayed('query')).toMatchObject({ exit: 2, told: expect.stringContaining('cannot be read (ENOENT)') as string });
    await writeFile(recording, '{"kind":"http"}\n');
    expect(await replayed('query')).toMatchObject({ exit: 2, told: expect.stringContaining('is no recording') as string });
  });

  it('gives the same objects, page after page, with the service gone and without its secret', async () => {
    await things([1, 2, 3, 4, 5].map((number) => ({ id: `t${number}`, name: `n${number}`, tags: ['x'] })));
    const real = await onThings('query', '--record', recording);
    expect(real.rows).toHaveLength(5);
    const before = fake?.service.seen.length;
    await fake?.service.stop();
    const again = await replayed('query');
    expect(again).toMatchObject({ exit: 0, told: expect.stringContaining('nothing is sent') as string });
    expect(again.rows).toEqual(real.rows);
    expect(fake?.service.seen.length).toBe(before);
  });

  it('fails on what was not recorded, and says what differs', async () => {
    await things([{ id: 't1', name: 'one' }, { id: 't2', name: 'two' }]);
    expect(await onThings('get', '--uid', 't1', '--record', recording)).toMatchObject({ exit: 0 });
    expect(JSON.parse((await replayed('get', '--uid', 't1')).out)).toMatchObject({ _id: 't1', __NAME__: 'one' });
    const { exit, told } = await replayed('get', '--uid', 't2');
    expect(exit).toBe(1);
    expect(told).toMatch(/GET http:\/\/127\.0\.0\.1:\d+\/things\/t2 was not recorded\. Nearest is GET .*\/things\/t1: url is ".*t2", recorded is ".*t1"/);
  });

  it('a write is answered from the recording and told apart by its body, secrets aside', async () => {
    await things([{ id: 't1', name: 'one' }]);
    const words = ['create', '--value', '__NAME__=two', '--value-from', '__PASSWORD__=env:PASSWORD'] as const;
    expect(await onThings(...words, '--yes', '--record', recording)).toMatchObject({ exit: 0 });
    const writes = fake?.writes();
    const again = await desk([...words, '--class', 'thing', '--replay', recording], { ...world, environment: { PASSWORD: heldSecret('another password') } });
    expect(again).toMatchObject({ exit: 0, rows: [{ _id: 't2', outcome: 'created' }] });
    const other = await desk(['create', '--value', '__NAME__=three', '--value-from', '__PASSWORD__=env:PASSWORD', '--class', 'thing', '--replay', recording], world);
    expect(other.exit).toBe(1);
    expect(other.told).toMatch(/POST .*\/things was not recorded\..*body\.text is .*three.*, recorded is .*two/);
    expect(other.told.match(/nothing was changed/gi)).toHaveLength(1);
    expect(fake?.writes()).toBe(writes);
  });

  it('a connector that speaks no HTTP is recorded call by call, types and failures kept', async () => {
    const target = new MemoryTarget();
    for (let number = 0; number < 3; number++) target.add(`u${number}`, { mail: `${number}@example.com`, age: number, userPassword: PASSWORD });
    const memory = memoryConnector(target, { without: ['schema'] });
    const load: DeskWorld['load'] = (id) => Promise.resolve(id === 'memory' ? memory : undefined);
    const words = ['--connector', 'memory', '--set', 'host=h', '--set-from', 'credentials=env:SECRET'];
    const real = await desk(['query', ...words, '--record', recording], { ...world, load });
    expect(real.rows).toHaveLength(3);
    const searches = target.searches.length;
    const again = await desk(['query', '--replay', recording], { load });
    expect(again.rows).toEqual(real.rows);
    expect(target.searches.length).toBe(searches);
    expect(found(await readFile(recording), { PASSWORD, SECRET })).toEqual([]);
    const other = await desk(['query', '--replay', recording, '--page-size', '2', '--attributes', 'mail'], { load });
    expect(other).toMatchObject({ exit: 1, told: expect.stringContaining('Nearest is search') as string });
  });

  it('is for the connector it was made with', async () => {
    await things([{ id: 't1', name: 'one' }]);
    await onThings('query', '--record', recording);
    const memory = memoryConnector(new MemoryTarget(), { without: ['schema'] });
    expect(await desk(['query', '--connector', 'memory', '--set', 'host=h', '--replay', recording], { load: () => Promise.resolve(memory) })).toMatchObject({ exit: 2, told: expect.stringContaining('The recording is of the connector things, not of memory') as string });
  });
});

describe('recordings elsewhere', () => {
  it('are fixtures of a test of the connector', async () => {
    await things([{ id: 't1', name: 'one' }, { id: 't2', name: 'two' }]);
    await onThings('query', '--record', recording);
    await fake?.service.stop();
    const facade = await recordedConnector(thingsConnector, recording, directory);
    try {
      const names: string[] = [];
      for await (const object of facade.stream({ kind: 'search', objectClass: 'thing', filter: undefined, options: OperationOptions.none }, calling())) names.push(object.name.value);
      expect(names).toEqual(['one', 'two']);
    } finally {
      await facade.dispose();
    }
  });

  it('are made by a running agent only where its environment says so, of the one connector', async () => {
    expect(await recordingOf({}, recordedLog())).toBeUndefined();
    await expect(recordingOf({ CAUSEWAY_RECORD_TRAFFIC: 'ldap' }, recordedLog())).rejects.toThrow('give CONNECTOR:FILE');
    const made = await recordingOf({ CAUSEWAY_RECORD_TRAFFIC: `things:${recording}` }, recordedLog());
    expect(made?.traffic(thingsConnector)).toBeDefined();
    expect(made?.traffic(memoryConnector(new MemoryTarget()))).toBeUndefined();
    await made?.close();
    await expect(recordingOf({ CAUSEWAY_RECORD_TRAFFIC: `things:${recording}` }, recordedLog())).rejects.toThrow('there is such a file already');
  });
});

describe('Scrubber', () => {
  it('leaves no spelling of a secret it was told of, in any kind of text', () => {
    const parts = fc.string({ maxLength: 20 });
    fc.assert(fc.property(fc.string({ minLength: 12, maxLength: 40 }).filter((text) => text.trim().length >= 12 && !'**scrubbed**'.includes(text.trim())), parts, parts, (secret, before, behind) => {
      const scrubber = new Scrubber();
      scrubber.learn([secret]);
      const json = JSON.stringify({ note: `${before}${secret}${behind}` });
      const form = new URLSearchParams({ note: secret }).toString();
      for (const text of [scrubber.body(json, 'application/json'), scrubber.body(form, 'application/x-www-form-urlencoded'), scrubber.text(`Basic ${Buffer.from(`u:${secret}`).toString('base64')}`), scrubber.text(encodeURIComponent(Buffer.from(secret).toString()))]) {
        expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
        expect(text).not.toContain(encodeURIComponent(Buffer.from(secret).toString()));
      }
      expect(JSON.parse(scrubber.body(json, 'application/json'))).toHaveProperty('note');
    }), { numRuns: 300 });
  });

  it('finds secrets by their names in JSON, forms, addresses and XML, and nothing else changes', () => {
    const secret = heldSecret('by name');
    const scrubber = new Scrubber();
    const json = `{"id":12345678901234567890,"a":[1.50,{"clientSecret":"${secret}"}],"nextPageToken":"keep-me","code":"keep-too"}`;
    expect(scrubber.body(json, 'application/json')).toBe('{"id":12345678901234567890,"a":[1.50,{"clientSecret":"**scrubbed**"}],"nextPageToken":"keep-me","code":"keep-too"}');
    expect(new Scrubber().body(`grant_type=password&username=u&password=${secret}`, 'application/x-www-form-urlencoded')).toBe('grant_type=password&username=u&password=**scrubbed**');
    expect(new Scrubber().address(new URL(`https://user:${secret}@example.com/p?page=2&sig=${secret}&key=${secret}`))).toBe('https://example.com/p?page=2&sig=**scrubbed**&key=**scrubbed**');
    expect(new Scrubber().body(`<a><s:Password type="x">${secret}</s:Password><Name>n</Name><k secretKey="${secret}"/></a>`, 'text/xml')).toBe('<a><s:Password type="x">**scrubbed**</s:Password><Name>n</Name><k secretKey="**scrubbed**"/></a>');
  });
});
