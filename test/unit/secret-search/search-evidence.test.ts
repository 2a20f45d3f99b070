import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvidenceSink, keepFiles, keepText } from '../../support/evidence.js';
import { holdSecret, secret } from '../../support/secret-values.js';
import { faultsOf, searchEvidence, tableOf } from '../../secret-search/search-evidence.js';

let run: string;
let world: string;
let before: string | undefined;
beforeEach(async () => {
  before = process.env['CAUSEWAY_EVIDENCE'];
  run = await mkdtemp(join(tmpdir(), 'causeway-evidence-'));
  world = await mkdtemp(join(tmpdir(), 'causeway-evidence-world-'));
  process.env['CAUSEWAY_EVIDENCE'] = run;
});
afterEach(async () => {
  if (before === undefined) Reflect.deleteProperty(process.env, 'CAUSEWAY_EVIDENCE');
  else process.env['CAUSEWAY_EVIDENCE'] = before;
  await Promise.all([run, world].map((directory) => rm(directory, { recursive: true, force: true })));
});

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(join(world, path, '..'), { recursive: true });
  await writeFile(join(world, path), content);
}

describe('the search of what a test run left', () => {
  it('finds a secret planted in what a process printed, in an answer, in a log and in each file the product writes', async () => {
    const planted = holdSecret('planted', 'hV5tYq8WmKx3Fz7GpLr2Ne9C');
    const sink = new EvidenceSink('output', 'agent');
    sink.add(`{"level":30,"msg":"bind with ${planted.slice(0, 10)}`); // broken over two writes
    sink.add(`${planted.slice(10)}"}\n`);
    sink.close();
    keepText('errors', 'rest', `401 ${Buffer.from(`user:${planted}`).toString('base64')}`);
    keepText('log', 'in-process', JSON.stringify({ error: planted }));
    await write('site1-state/audit/audit-00001.jsonl', `{"uid":"${planted}"}\n`);
    await write('state/journal/0001.log', Buffer.from(planted, 'utf16le'));
    await write('data/links/hr.jsonl', encodeURIComponent(planted));
    await write('conf/provisioner.json', planted); // what people wrote
    await write('people.csv', planted); // the target's
    keepFiles(world);
    const report = await searchEvidence(run, []);
    expect(report.found.map(({ kind, secret: name }) => `${kind} ${name}`).sort()).toEqual(['audit', 'errors', 'journal', 'log', 'output', 'state'].map((kind) => `${kind} planted`));
    expect(faultsOf(report, ['output']).join('\n')).toMatch(/output\/agent-\S+ holds planted at byte 29/);
    expect(tableOf(report).join('\n')).toMatch(/evidence +files +bytes +secrets searched +hits explained +hits\noutput +1 +\d+ +1 +0 +1\n/);
  });

  it('knows a hit that is meant, and only that', async () => {
    const token = holdSecret('enrolment token', 'kR9bTn4XsWq7Vh2JdYc6Mf8L');
    keepText('log', 'prints', token);
    keepText('log', 'does not', token.slice(0, 20));
    const report = await searchEvidence(run, [{ kind: 'log', file: /^prints/, secret: /token/, why: 'it is what the command is for' }]);
    expect(faultsOf(report, [])).toEqual([expect.stringMatching(/^log\/does_not-\S+ holds enrolment token at byte 0$/)]);
  });

  it('searches for the keys it finds where keys belong, and takes them for no hit there', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const raw = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 3));
    const other = Buffer.from(raw.map((byte) => 255 - byte));
    await write('state/identity/agent.key', pem);
    await write('state/journal/journal.key', raw);
    await write('state/secrets/store.key', `${other.toString('base64')}\n`);
    keepFiles(world);
    expect(faultsOf(await searchEvidence(run, []), [])).toEqual([]);
    keepText('log', 'a', pem.replaceAll('\n', ' '));
    keepText('log', 'b', raw.toString('hex'));
    keepText('log', 'c', other.toString('base64'));
    expect((await searchEvidence(run, [])).found.map(({ file, secret: name }) => `${file.slice(0, 1)} ${name}`)).toEqual(['a agent.key', 'b journal.key', 'c store.key']);
  });

  it('fails when it had nothing to search, or nothing to search for', async () => {
    const report = await searchEvidence(run, []);
    expect(faultsOf(report)).toEqual(expect.arrayContaining(['no secret was searched for', 'nothing of the kind output was searched', 'nothing of the kind heap was searched', 'not even what may be shown was found']));
  });

  it('keeps its own list of secrets to itself, and nothing at all unless a run asks for it', async () => {
    holdSecret('listed', 'pX6rGt3VwBm8Qk5ZsLn7Hc2D');
    expect((await stat(join(run, 'secrets.jsonl'))).mode & 0o777).toBe(0o600);
    Reflect.deleteProperty(process.env, 'CAUSEWAY_EVIDENCE');
    keepText('log', 'nowhere', 'text');
    new EvidenceSink('output', 'nowhere').add('text');
    keepFiles(world);
    expect((await searchEvidence(run, [])).kinds.every(({ files }) => files === 0)).toBe(true);
  });
});

describe('secrets of tests', () => {
  it('are another for each name, the same for one, and long enough to search for', () => {
    expect(secret('one')).toBe(secret('one'));
    expect(secret('one')).not.toBe(secret('two'));
    expect(secret('one')).toMatch(/^[\w]{24}$/);
    expect(() => holdSecret('short', 'pw')).toThrow(/too few/);
  });
});
