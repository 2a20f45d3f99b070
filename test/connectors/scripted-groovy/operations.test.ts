import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import groovy from '../../../connectors/catalog/scripted-groovy/index.js';
import type { ScriptSandbox } from '../../../connectors/engines/scripted/sandbox/index.js';
import { configurationValue } from '../../../connectors/engines/scripted/scripted-connector.js';
import { guarded, text, textList } from '../../../connectors/framework/index.js';
import {
  ACCOUNT, Attribute, GuardedString, IcfArray, Name, OPTION, OperationOptions, Script, SortKey, Uid, type ConnectorError, type IcfValue,
} from '../../../protocol/model/index.js';
import { calling } from '../../support/memory-facade.js';
import { filled, operationSandbox, scriptedSystem, type ScriptedSystem } from '../../support/scripted.js';
import { until } from '../../support/until.js';

let runner: ScriptSandbox;
beforeAll(async () => { runner = await operationSandbox(); });
afterAll(() => runner.close());

const system = (scripts: Record<string, string>, values: Record<string, IcfValue> = {}): Promise<ScriptedSystem> => {
  const own = filled(scripts);
  return scriptedSystem({ connector: groovy, runner, scripts: own.scripts ?? {}, values: { ...own.values, ...values } });
};
/** What a script saw, as its answer: a create script whose uid is the JSON of this expression. */
const seen = async (expression: string, values: Record<string, IcfValue> = {}, attributes: readonly Attribute[] = [new Name('anna')]): Promise<unknown> => {
  const uid = await (await system({ create: `return JSON.stringify(${expression})` }, values)).create(attributes);
  return JSON.parse(uid?.value ?? 'null');
};
const none = OperationOptions.none;
const onAnna = { objectClass: ACCOUNT, uid: new Uid('u1', '7'), options: none } as const;

describe('an operation without a script [scripted-groovy 1, 35]', () => {
  it('is not offered, and refused as unsupported', async () => {
    const own = await system({ create: 'return "1"' });
    expect([...own.facade.supportedOperations].sort()).toEqual(['CreateApiOp', 'ScriptOnConnectorApiOp', 'TestApiOp', 'ValidateApiOp']);
    expect(await own.failure({ kind: 'delete', ...onAnna })).toMatchObject({ kind: 'unsupportedOperation' });
    expect(await own.failure({ kind: 'schema' })).toMatchObject({ kind: 'unsupportedOperation' });
  });

  it('is test all the same: without a script it looks at the configuration and at every script [scripted-groovy 44]', async () => {
    await (await system({ create: 'return "1"' })).perform({ kind: 'test' });
    expect((await (await system({}, { searchScriptFileName: 'gone.js' })).failure({ kind: 'test' })).message).toMatch(/searchScriptFileName.*gone\.js/);
    expect((await (await system({ test: 'throw icf.error("connectionFailed", "No way there.")' })).failure({ kind: 'test' }))).toMatchObject({ kind: 'connectionFailed' });
  });

  it('cannot be validated with a customizer that is not there; none is needed [scripted-groovy 36]', async () => {
    await (await system({ create: 'return "1"' }, { customizerScriptFileName: null })).perform({ kind: 'test' });
  });
});

describe('what a script is given', () => {
  it('by the names Java has: operation, objectClass, id, attributes, options, configuration, log', async () => {
    const attributes = [new Name('anna'), Attribute.of('mail', 'a@example.com', 'b@example.com'), new Attribute('title', null), Attribute.of('age', 44), Attribute.of('big', 2n ** 40n)];
    expect(await seen('{ operation, objectClass, id, attributes: { ...attributes, big: String(attributes.big[0]) }, uid: typeof uid, log: typeof log.info, extensions: configuration.scriptExtensions }', {}, attributes)).toEqual({
      operation: 'CREATE', objectClass: ACCOUNT, id: 'anna', attributes: { mail: ['a@example.com', 'b@example.com'], title: null, age: [44], big: String(2n ** 40n) },
      uid: 'undefined', log: 'function', extensions: ['groovy'],
    });
  });

  it('customConfiguration and its sensitive twin, whose values stay secret [scripted-groovy 8-10]', async () => {
    const values = { customConfiguration: "kadmin { user = 'admin'; ports = [1, 2] }", customSensitiveConfiguration: new GuardedString("kadmin { password = 'Tr0ub4dor' }") };
    expect(await seen('{ kadmin: customConfiguration.kadmin, text: String(customConfiguration.kadmin.password), raw: String(configuration.customSensitiveConfiguration) }', values))
      .toEqual({ kadmin: { user: 'admin', ports: [1, 2], password: '***' }, text: '***', raw: '***' });
    const own = await system({ create: 'throw new Error("no: " + await customConfiguration.kadmin.password.reveal())' }, values);
    expect((await own.failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('a')], options: none })).message).toMatch(/not granted the clear text/);
  });

  it('what a configuration calls confidential as secrets, texts and lists of them; anything else in clear', () => {
    const properties = { key: textList({ confidential: true, help: '' }), pin: text({ confidential: true, help: '' }), hosts: textList({ help: '' }), address: text({ help: '' }), token: guarded({ help: '' }) };
    const given = { key: ['-----BEGIN', 'aGVsbG8='], pin: '1234', hosts: ['a'], address: 'u:pw@host', token: new GuardedString('t'), port: 5, none: null };
    const shown = (value: IcfValue): unknown => (value instanceof GuardedString ? { secret: value.reveal() } : Array.isArray(value) ? value.map(shown) : value);
    expect([...configurationValue(given as never, { properties, secrets: ['address'] })].map(([name, value]) => [name, shown(value)])).toEqual([
      ['key', [{ secret: '-----BEGIN' }, { secret: 'aGVsbG8=' }]], ['pin', { secret: '1234' }], ['hosts', ['a']], ['address', { secret: 'u:pw@host' }], ['token', { secret: 't' }], ['port', 5], ['none', null],
    ]);
  });

  it('options by their names in Java, the connector\'s own as they are', async () => {
    const own = await system({ search: 'handler({ uid: "1", attributes: { seen: JSON.stringify(options) } })' });
    const { items } = await own.search(undefined, { [OPTION.attributesToGet]: new IcfArray('String', ['seen']), [OPTION.scope]: 'SUBTREE', special: 5 });
    expect(JSON.parse(items[0]?.get('seen')?.single as string)).toEqual({ attributesToGet: ['seen'], scope: 'SUBTREE', special: 5 });
  });

  it('log lines, which go to the agent\'s log without secrets [scripted-groovy 11]', async () => {
    const own = await system({ create: 'log.warn("creating", id, attributes.__PASSWORD__); return id' });
    await own.create([new Name('anna'), Attribute.of('__PASSWORD__', new GuardedString('Tr0ub4dor'))]);
    expect(own.log.entries.filter(({ fields }) => fields['script'] !== undefined)).toMatchObject([{ level: 'warn', fields: { script: 'creating anna ["***"]' } }]);
  });
});

describe('create, update, delete [scripted-groovy 47]', () => {
  it('give uids as text, number, or with a revision', async () => {
    for (const [text, value, revision] of [['return "u1"', 'u1', undefined], ['return 17', '17', undefined], ['return 2n ** 60n', String(2n ** 60n), undefined], ['return icf.uid("u1", "3")', 'u1', '3'], ['return { uid: "u1", revision: "4" }', 'u1', '4']] as const) {
      expect(await (await system({ create: text })).create([new Name('a')])).toMatchObject({ value, revision });
    }
  });

  it.each(['', 'return null', 'return {}', 'return ""', 'return true'])('refuse a create that answers no uid: %s', async (text) => {
    const error = await (await system({ create: text })).failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('a')], options: none });
    expect(error).toMatchObject({ kind: 'connector' });
    expect(error.message).toMatch(/uid/);
  });

  it('update with uid, id and what is to be replaced; without an answer, the uid stays', async () => {
    const own = await system({ update: 'if (id) return id; log.info(JSON.stringify({ operation, uid, attributes })); ' });
    const update = (attributes: readonly Attribute[]) => own.perform({ kind: 'update', updateType: 'REPLACE', ...onAnna, attributes });
    expect((await update([Attribute.of('mail', 'x'), new Attribute('title', null)]))?.value).toBe('u1');
    expect(own.log.entries.some(({ fields }) => fields['script'] === '{"operation":"UPDATE","uid":"u1","attributes":{"mail":["x"],"title":null}}')).toBe(true);
    expect((await update([new Name('renamed')]))?.value).toBe('renamed');
  });

  it('delete with uid and revision', async () => {
    const own = await system({ delete: 'if (uid !== "u1" || revision !== "7") throw icf.error("unknownUid", "There is no " + uid)' });
    await own.perform({ kind: 'delete', ...onAnna });
    expect(await own.failure({ kind: 'delete', ...onAnna, uid: new Uid('u2') })).toMatchObject({ kind: 'unknownUid' });
  });

  it('add and remove values by read, merge and replace, so that a script knows of replacing only', async () => {
    const own = await system({
      search: 'handler({ uid: "u1", name: "anna", attributes: { groups: await propertyBag.get("groups") ?? ["a", "b"] } })',
      update: 'await propertyBag.set("groups", attributes.groups); return uid',
    });
    const change = async (updateType: 'ADD' | 'REMOVE', ...values: string[]) => {
      await own.perform({ kind: 'update', updateType, objectClass: ACCOUNT, uid: new Uid('u1'), attributes: [new Attribute('groups', values)], options: none });
      return (await own.get('u1'))?.get('groups')?.values;
    };
    expect(await change('ADD', 'c')).toEqual(['a', 'b', 'c']);
    expect(await change('REMOVE', 'a')).toEqual(['b', 'c']);
  });

  it('that fail say in which file and line', async () => {
    const error = await (await system({ create: '\n\nnothing.at.all' })).failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('a')], options: none });
    expect(error.message).toMatch(/^The script .*createScript\.js failed in line 3: ReferenceError/);
  });
});

describe('authenticate and resolveUsername [scripted-groovy 45, 46]', () => {
  it('get user name and password, the password as a secret', async () => {
    const own = await system({
      authenticate: 'if (String(password) !== "***") throw new Error("clear"); if (username !== "anna") throw icf.error("invalidCredential", "Wrong."); return "u1"',
      resolveUsername: 'return username === "anna" ? { uid: "u1" } : null',
    });
    const asked = { objectClass: ACCOUNT, username: 'anna', options: none } as const;
    expect((await own.perform({ kind: 'authenticate', ...asked, password: new GuardedString('Tr0ub4dor') }))?.value).toBe('u1');
    expect(await own.failure({ kind: 'authenticate', ...asked, username: 'bert', password: new GuardedString('x') })).toMatchObject({ kind: 'invalidCredential' });
    expect((await own.perform({ kind: 'resolveUsername', ...asked }))?.value).toBe('u1');
    expect((await own.failure({ kind: 'resolveUsername', ...asked, username: 'bert' })).message).toMatch(/no uid/);
  });
});

describe('schema', () => {
  it('is what the script describes, in either form', async () => {
    const own = await system({
      create: 'return "1"', search: '',
      schema: `return { objectClasses: [
        { type: '__ACCOUNT__', attributes: { __NAME__: { required: true }, mail: 'String', groups: { multivalued: true, notUpdateable: true }, __PASSWORD__: { type: 'GuardedString', flags: ['NOT_READABLE'] } } },
        { type: 'team', container: true, attributes: [{ name: '__NAME__', flags: ['REQUIRED'] }, { name: 'size', type: 'Integer' }], operations: ['SearchApiOp'] },
      ], options: { depth: 'Integer' } }`,
    });
    const schema = await own.perform({ kind: 'schema' });
    expect(schema?.objectClasses).toEqual([
      { type: ACCOUNT, isContainer: false, attributes: [
        { name: '__NAME__', type: 'String', flags: ['REQUIRED'] }, { name: 'mail', type: 'String', flags: [] },
        { name: 'groups', type: 'String', flags: ['MULTIVALUED', 'NOT_UPDATEABLE'] }, { name: '__PASSWORD__', type: 'GuardedString', flags: ['NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT'] },
      ] },
      { type: 'team', isContainer: true, attributes: [{ name: '__NAME__', type: 'String', flags: ['REQUIRED'] }, { name: 'size', type: 'Integer', flags: [] }] },
    ]);
    expect(schema?.objectClassesByOperation.get('SearchApiOp')).toEqual([ACCOUNT, 'team']);
    expect(schema?.objectClassesByOperation.get('CreateApiOp')).toEqual([ACCOUNT]);
    expect(schema?.operationOptions).toEqual([{ name: 'depth', type: 'Integer' }]);
  });

  it.each<[string, RegExp]>([
    ['return null', /has to be an object/], ['return {}', /objectClasses/], ['return { objectClasses: [] }', /no object class/], ['return { objectClasses: [{}] }', /type of an object class/],
    ['return { objectClasses: [{ type: "a", attributes: { x: { flags: ["RED"] } } }] }', /flag of a\.x/],
  ])('that is none is refused: %s', async (schema, message) => {
    expect((await (await system({ schema })).failure({ kind: 'schema' })).message).toMatch(message);
  });
});

describe('script on resource [scripted-groovy 12, 28]', () => {
  it('hands the script to the script of its slot, which may do with it what it likes', async () => {
    const own = await system({ scriptOnResource: 'return { operation, scriptLanguage, scriptText, scriptArguments, nothing: typeof arg }' });
    const answer = await own.perform({ kind: 'scriptOnResource', script: new Script('groovy', '2 * 2'), scriptArguments: new Map([['arg', 'x']]), options: none });
    expect(answer).toEqual(new Map<IcfValue, IcfValue>([['operation', 'RUNSCRIPTONRESOURCE'], ['scriptLanguage', 'groovy'], ['scriptText', '2 * 2'], ['scriptArguments', new Map([['arg', 'x']])], ['nothing', 'undefined']]));
  });
});

describe('a write that was ended', () => {
  const ended = async (text: string): Promise<ConnectorError> => (await system({ create: text })).failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('a')], options: none });

  it('before it reached anything is told as not applied', async () => {
    expect(await ended('throw icf.error("connectionFailed", "No way there.")')).toMatchObject({ outcome: 'notApplied', retryable: true });
  });

  it('after it had started a program is told as unknown', async () => {
    expect(await ended('await process.run(["/bin/true"]); throw icf.error("retryable", "Later.")')).toMatchObject({ outcome: 'unknown', retryable: false });
    expect(await ended('await process.run(["/bin/true"], { readOnly: true }); throw icf.error("retryable", "Later.")')).toMatchObject({ outcome: 'notApplied' });
  });
});

describe('the processor time of an operation', () => {
  it('is that between two calls, however many there are', async () => {
    const busy = await operationSandbox({ cpuTime: 300, timeout: 500 });
    try {
      const own = filled({ create: 'const until = (ms) => { const end = Date.now() + ms; while (Date.now() < end); }; for (let i = 0; i < 20; i++) { until(40); await propertyBag.get("x"); } return "done"', delete: 'for (;;);' });
      const endless = await scriptedSystem({ connector: groovy, runner: busy, ...own });
      expect((await endless.create([new Name('a')]))?.value).toBe('done');
      const error = await endless.failure({ kind: 'delete', ...onAnna });
      expect(error).toMatchObject({ kind: 'operationTimeout', outcome: 'notApplied' });
      expect(error.message).toMatch(/cpuTime/);
    } finally {
      await busy.close();
    }
  });

  it('ends when the operation is cancelled', async () => {
    const own = await system({ create: 'log.info("waiting"); await sleep(60000); return "1"' });
    const abort = new AbortController();
    const working = own.perform({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('a')], options: none }, calling(abort.signal));
    working.catch(() => undefined);
    await until(() => own.log.entries.some(({ fields }) => fields['script'] === 'waiting'), 'the script to wait');
    abort.abort();
    await expect(working).rejects.toMatchObject({ name: 'ConnectorError' });
    await until(() => own.facade.status().sessions.inUse === 0, 'the session to come back');
  });
});

describe('sort keys', () => {
  it('are the facade\'s business, whatever a script does', async () => {
    const own = await system({ search: 'for (const n of [2, 3, 1]) handler({ uid: String(n), attributes: { n } })' });
    const { items } = await own.search(undefined, { [OPTION.sortKeys]: new IcfArray('SortKey', [new SortKey('n', false)]) });
    expect(items.map(({ uid }) => uid.value)).toEqual(['3', '2', '1']);
  });
});
