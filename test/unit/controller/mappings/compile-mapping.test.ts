import { mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../../controller/crest/json.js';
import { MappingBook } from '../../../../controller/mappings/mapping-book.js';
import { MappingError, compileMapping } from '../../../../controller/mappings/mapping.js';
import { ScriptFiles } from '../../../../controller/mappings/script-files.js';
import { SETS, script } from './mapping-world.js';

let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'causeway-mappings-'));
  await mkdir(join(project, 'script', 'roles'), { recursive: true });
  await mkdir(join(project, 'conf'));
});
afterEach(() => rm(project, { recursive: true, force: true }));

function problems(raw: Record<string, JsonValue>): readonly string[] {
  try {
    compileMapping({ ...SETS, ...raw }, new ScriptFiles(project));
    return [];
  } catch (error) {
    return error instanceof MappingError ? error.problems : [String(error)];
  }
}

describe('a mapping that cannot be used', () => {
  it.each<[string, Record<string, JsonValue>, RegExp]>([
    ['Groovy in a hook', { onCreate: { type: 'groovy', source: 'x' } }, /^onCreate: scripts in Groovy are not supported/],
    ['Groovy by its file', { postMapping: { type: 'text/javascript', file: 'roles/defaultPostMapping.groovy' } }, /^postMapping: scripts in Groovy are not supported \(roles/],
    ['Groovy in a transform', { properties: [{ target: 'a' }, { target: 'b', transform: { type: 'groovy', file: 'x.groovy' } }] }, /^properties\[1\]\.transform: scripts in Groovy/],
    ['another language', { result: { type: 'text/x-python', source: 'x' } }, /^result\.type: scripts in "text\/x-python" are not supported/],
    ['a script without a type', { onUpdate: { source: 'x' } }, /^onUpdate\.type must be/],
    ['a script without a text', { onUpdate: { type: 'text/javascript' } }, /^onUpdate must have either source or file/],
    ['a text that is no text', { onUpdate: { type: 'text/javascript', source: 4 } }, /^onUpdate\.source must be a text/],
    ['a hook that is no script', { onUpdate: 'target' }, /^onUpdate must be a script/],
    ['a script that cannot be read', { validSource: script('source.') }, /^validSource: SyntaxError/],
    ['globals that are none', { onLink: script('1', { globals: [] }) }, /^onLink\.globals must be an object/],
    ['a global that is no name', { onLink: script('1', { 'a-b': 1 }) }, /^onLink: "a-b" cannot be the name of a variable/],
    ['a global that is a word of the language', { onLink: script('1', { globals: { class: 1 } }) }, /"class" cannot be/],
    ['two ways to correlate', { correlationQuery: script('({})'), correlationScript: script('[]') }, /^correlationQuery, correlationScript: only one/],
    ['two correlations for one qualifier', { correlationQuery: [script('1'), script('2')] }, /^correlationQuery\[1\]: there are two for the link qualifier default/],
    ['an expression tree', { correlationQuery: { type: 'text/javascript', expressionTree: {}, source: 'x' } }, /^correlationQuery: expression trees/],
    ['qualifiers that are none', { linkQualifiers: ['a', 'a'] }, /^linkQualifiers must be a list/],
    ['a policy that does nothing', { policies: [{ situation: 'FOUND' }] }, /^policies\[0\]\.action must be/],
    ['a query with a page size', { sourceQuery: { _queryFilter: 'true', _pageSize: 1 } }, /^sourceQuery\._pageSize is no parameter/],
    ['blanks in fields', { targetQuery: { _queryId: 'query-all-ids', _fields: 'a, b' } }, /^targetQuery\._fields: must have no blanks/],
    ['an id for an object of a system', { target: 'system/a/account', properties: [{ source: 'uid', target: '/_id' }] }, /^properties\[0\]\.target: the id of a system object cannot be chosen/],
    ['a part of an id', { target: 'managed/user', properties: [{ source: 'uid', target: '_id/x' }] }, /^properties\[0\]\.target: the _id is a text and has no x/],
    ['an empty target pointer', { properties: [{ target: '/' }] }, /^properties\[0\]\.target must name a property/],
  ])('names the slot: %s', (_, raw, message) => {
    const found = problems(raw);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  it('takes no file from outside its script folder, whatever the way', async () => {
    await writeFile(join(project, 'secret.js'), '1');
    await symlink(join(project, 'secret.js'), join(project, 'script', 'link.js'));
    const of = (file: string): string => problems({ onCreate: { type: 'text/javascript', file } }).join();
    for (const file of ['../secret.js', '/etc/passwd', 'script/../../secret.js', join(project, 'secret.js')]) expect(of(file)).toMatch(/^onCreate\.file: .* is outside the folder .*script; put it there$/);
    expect(of('link.js')).toMatch(/is a link to a file outside/);
    expect(of('missing.js')).toMatch(/does not exist/);
    expect(of('roles')).toMatch(/does not exist/);
  });

  it('leaves the others of its file as they are', async () => {
    await writeFile(join(project, 'conf', 'sync.json'), JSON.stringify({ mappings: [{ ...SETS, onCreate: { type: 'groovy', source: 'x' } }, { ...SETS, name: 'other', onCreate: script('1'), uiKey: { anything: 1 } }] }));
    const entries = await new MappingBook(join(project, 'conf'), project).all();
    expect([...entries].map(([name, entry]) => [name, 'mapping' in entry])).toEqual([['m', false], ['other', true]]);
  });
});

describe('a script in a file', () => {
  it('is read by either name, once it is there and again when it has changed', async () => {
    const file = join(project, 'script', 'roles', 'x.js');
    await writeFile(join(project, 'conf', 'sync.json'), JSON.stringify({ mappings: [{ ...SETS, onCreate: { type: 'text/javascript', file: 'roles/x.js' }, onUpdate: { type: 'text/javascript', file: 'script/roles/x.js' } }] }));
    const book = new MappingBook(join(project, 'conf'), project);
    const texts = async (): Promise<unknown> => {
      const entry = await book.get('m');
      return entry !== undefined && 'mapping' in entry ? [entry.mapping.hooks.onCreate?.text, entry.mapping.hooks.onUpdate?.text] : entry;
    };
    expect(await texts()).toMatchObject({ problems: [expect.stringContaining('does not exist'), expect.stringContaining('does not exist')] });
    await writeFile(file, '1');
    expect(await texts()).toEqual(['1', '1']);
    await writeFile(file, '2');
    await utimes(file, new Date(), new Date(Date.now() + 5_000));
    expect(await texts()).toEqual(['2', '2']);
    // Also after an error in the file of mappings that was taken back.
    const mappings = join(project, 'conf', 'sync.json');
    const text = await readFile(mappings, 'utf8');
    await writeFile(mappings, '{');
    await expect(texts()).rejects.toThrow(TypeError);
    await writeFile(mappings, text);
    expect(await texts()).toEqual(['2', '2']);
    await writeFile(file, '3');
    await utimes(file, new Date(), new Date(Date.now() + 10_000));
    expect(await texts()).toEqual(['3', '3']);
  });
});

describe('a file of mappings that is read', () => {
  it('has those that cannot be used in the log, each time it was changed', async () => {
    const told: unknown[] = [];
    const book = new MappingBook(join(project, 'conf'), project, { error: (fields: object) => { told.push(fields); } });
    const write = (mappings: object[]): Promise<void> => writeFile(join(project, 'conf', 'sync.json'), JSON.stringify({ mappings }));
    await write([{ ...SETS }, { ...SETS, name: 'other', target: 'nowhere' }]);
    await book.all();
    await book.all();
    expect(told).toEqual([{ file: 'sync.json', mapping: 'other', reason: expect.stringContaining('nowhere') as string }]);
    await write([{ ...SETS }]);
    await book.all();
    expect(told).toHaveLength(1);
  });
});
