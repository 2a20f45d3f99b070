import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { MemoryTarget, memoryConnector } from '../../../support/memory-connector.js';
import { calling, configured, drain, facadeOf } from '../../../support/memory-facade.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { connectorInfo, createFacade, textList } from '../../../../connectors/framework/index.js';
import {
  ACCOUNT, ALL, Attribute, ConnectorError, GuardedString, IcfArray, OperationOptions, Script, Uid,
  type ApiOperation, type SingleOperation, type StreamOperation,
} from '../../../../protocol/model/index.js';

const options = OperationOptions.none;
const account = { objectClass: ACCOUNT, options };

async function failureOf(work: Promise<unknown>): Promise<ConnectorError> {
  return work.then(() => { throw new Error('It should have failed.'); }, (error: unknown) => {
    expect(error).toBeInstanceOf(ConnectorError);
    return error as ConnectorError;
  });
}

describe('configuration', () => {
  const connector = memoryConnector(new MemoryTarget());
  const environment = () => ({ log: recordedLog(), stateRoot: '/nowhere' });

  it('names every missing required property', async () => {
    const error = await failureOf(createFacade(connector, configured(connector), environment()).perform({ kind: 'validate' }, calling()));
    expect(error).toMatchObject({ kind: 'configuration' });
    expect(error.message).toContain("'host'");
  });

  it('does not miss what only operations that are not asked for need', async () => {
    const tagged = { ...connector, properties: { ...connector.properties, host: { ...connector.properties.host!, operations: ['SyncApiOp' as const] } } };
    expect(connectorInfo(tagged).defaultConfiguration.properties[0]).toMatchObject({ name: 'host', required: true, operations: ['SyncApiOp'] });
    await expect(createFacade(tagged, configured(tagged), environment()).perform({ kind: 'validate' }, calling())).resolves.toBeUndefined();
  });

  it.each([
    ['port', 'many', 'int', 'expected an integer, got string'],
    ['port', 389.5, 'int', 'expected an integer from -2147483648 to 2147483647, got 389.5'],
    ['port', 2 ** 31, 'int', 'got 2147483648'],
    ['tls', 'yes', 'boolean', 'expected true or false, got string'],
    ['bases', 'o=x', 'String[]', 'expected a list of strings, got string'],
    ['credentials', 'secret', 'GuardedString', 'expected a GuardedString, got string'],
    ['host', 7, 'String', 'expected a string, got number'],
  ])('names property %s of another type, what is expected and what came', async (name, value, type, says) => {
    const facade = createFacade(connector, configured(connector, { host: 'h', [name]: value }), environment());
    for (const kind of ['validate', 'test'] as const) {
      const error = await failureOf(facade.perform({ kind }, calling()));
      expect(error.kind).toBe('configuration');
      expect(error.message).toContain(`'${name}'`);
      expect(error.message).toContain(type);
      expect(error.message).toContain(says);
      expect(error.message).not.toContain('secret');
    }
  });

  it('ignores properties the connector does not have, with one warning that holds no value', async () => {
    const log = recordedLog();
    const good = configured(connector, { host: 'h' });
    const odd = { ...good.properties[0]!, name: 'colour', value: 'hush-hush' };
    await createFacade(connector, { ...good, properties: [...good.properties, odd] }, { log, stateRoot: '/nowhere' }).perform({ kind: 'validate' }, calling());
    const warnings = log.entries.filter(({ level }) => level === 'warn');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]!.fields).toMatchObject({ properties: ['colour'] });
    expect(JSON.stringify(log.entries)).not.toContain('hush-hush');
  });

  it('lets the connector check further, and hands it typed values with defaults for what is null', async () => {
    let seen: unknown;
    const picky = memoryConnector(new MemoryTarget(), { extra: { validate: (config) => { seen = config; throw new ConnectorError('configuration', 'no such host'); } } });
    const error = await failureOf(createFacade(picky, configured(picky, { host: 'h', port: null, bases: new IcfArray('String', ['a', 'b']) }), environment()).perform({ kind: 'validate' }, calling()));
    expect(error.message).toBe('no such host');
    expect(seen).toEqual({ host: 'h', port: 42, maxAge: 60, tls: false, credentials: null, bases: ['a', 'b'], store: null });
  });
});

describe('what may be called', () => {
  it.each<[ApiOperation, SingleOperation]>([
    ['CreateApiOp', { kind: 'create', ...account, attributes: [] }],
    ['GetApiOp', { kind: 'get', ...account, uid: new Uid('a') }],
    ['TestApiOp', { kind: 'test' }],
    ['ScriptOnConnectorApiOp', { kind: 'scriptOnConnector', options, script: new Script('js', '1'), scriptArguments: new Map() }],
    ['AuthenticationApiOp', { kind: 'authenticate', ...account, username: 'a', password: new GuardedString('b') }],
  ])('refuses %s in the words of the Java framework when the configuration does not support it', async (operation, request) => {
    const { facade } = facadeOf(memoryConnector(new MemoryTarget()), { supportedOperations: new Set<ApiOperation>(['ValidateApiOp']) });
    const error = await failureOf(facade.perform(request, calling()));
    expect(error.javaClass).toBe('java.lang.UnsupportedOperationException');
    expect(error.message).toBe(`Operation 'interface org.identityconnectors.framework.api.operations.${operation}' not supported.`);
  });

  it('refuses what the connector lacks although the configuration asks for it', async () => {
    const connector = memoryConnector(new MemoryTarget(), { without: ['sync', 'latestSyncToken'] });
    const { facade } = facadeOf(connector, { supportedOperations: new Set<ApiOperation>(['SyncApiOp', 'SearchApiOp']) });
    expect([...facade.supportedOperations]).toEqual(['SearchApiOp']);
    await expect(facade.stream({ kind: 'sync', ...account, token: null }, calling()).next()).rejects.toMatchObject({ kind: 'unsupportedOperation' });
  });

  it('takes away what the connector cannot do under this configuration', async () => {
    const { facade } = facadeOf(memoryConnector(new MemoryTarget(), { extra: { unavailable: () => ['SyncApiOp'] } }));
    expect(facade.supportedOperations.has('SyncApiOp')).toBe(false);
    expect(facade.supportedOperations.has('SearchApiOp')).toBe(true);
  });

  it('answers a query for batch results as unsupported', async () => {
    const { facade } = facadeOf(memoryConnector(new MemoryTarget()));
    await expect(facade.stream({ kind: 'queryBatch', options, tokens: ['t'] }, calling()).next()).rejects.toMatchObject({ kind: 'unsupportedOperation' });
  });
});

describe('argument checks', () => {
  const uid = new Uid('a');
  const update = { kind: 'update' as const, ...account, uid };
  const bad: [string, SingleOperation | StreamOperation, string, string][] = [
    ['a blank object class', { kind: 'get', objectClass: ' ', options, uid }, 'illegalArgument', 'object class'],
    ['__ALL__ in a search', { kind: 'search', objectClass: ALL, options, filter: undefined }, 'unsupportedOperation', '__ALL__'],
    ['__ALL__ in a delete', { kind: 'delete', objectClass: ALL, options, uid }, 'unsupportedOperation', '__ALL__'],
    ['__UID__ in a create', { kind: 'create', ...account, attributes: [new Uid('x')] }, 'illegalArgument', '__UID__'],
    ['an attribute twice', { kind: 'create', ...account, attributes: [Attribute.of('mail', 'a'), Attribute.of('MAIL', 'b')] }, 'illegalArgument', 'MAIL'],
    ['__UID__ in an update', { ...update, updateType: 'REPLACE', attributes: [Attribute.of('__UID__', 'x')] }, 'illegalArgument', '__UID__'],
    ['adding no values', { ...update, updateType: 'ADD', attributes: [new Attribute('mail')] }, 'illegalArgument', 'mail'],
    ['adding to __NAME__', { ...update, updateType: 'ADD', attributes: [Attribute.of('__NAME__', 'x')] }, 'illegalArgument', '__NAME__'],
    ['removing from __ENABLE__', { ...update, updateType: 'REMOVE', attributes: [Attribute.of('__ENABLE__', true)] }, 'illegalArgument', '__ENABLE__'],
    ['adding to __PASSWORD__', { ...update, updateType: 'ADD', attributes: [Attribute.of('__PASSWORD__', new GuardedString('x'))] }, 'illegalArgument', '__PASSWORD__'],
    ['a blank user name', { kind: 'authenticate', ...account, username: ' ', password: new GuardedString('x') }, 'illegalArgument', 'user name'],
  ];
  it.each(bad)('refuses %s before a session is opened', async (_, request, kind, says) => {
    const target = new MemoryTarget();
    const { facade } = facadeOf(memoryConnector(target));
    const work = request.kind === 'search' ? facade.stream(request, calling()).next() : facade.perform(request as SingleOperation, calling());
    const error = await failureOf(work);
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(says);
    expect(target.sessions).toHaveLength(0);
  });

  it('takes __ALL__ for sync and latest token', async () => {
    const { facade } = facadeOf(memoryConnector(new MemoryTarget()));
    expect(await facade.perform({ kind: 'latestSyncToken', objectClass: ALL }, calling())).toEqual({ value: 0 });
    expect((await drain(facade.stream({ kind: 'sync', objectClass: ALL, options, token: null }, calling()))).items).toEqual([]);
  });
});

describe('single operations', () => {
  it('reads by uid through search and takes the first object', async () => {
    const target = new MemoryTarget();
    target.add('a', { mail: 'a@x' });
    target.add('b', { mail: 'b@x' });
    const { facade } = facadeOf(memoryConnector(target));
    const found = await facade.perform({ kind: 'get', ...account, uid: new Uid('b', 'rev-1') }, calling());
    expect(found?.get('mail')?.single).toBe('b@x');
    expect(target.openSearches).toBe(0);
    expect(await facade.perform({ kind: 'get', ...account, uid: new Uid('zzz') }, calling())).toBeNull();
  });

  it('creates, updates and deletes', async () => {
    const target = new MemoryTarget();
    const { facade } = facadeOf(memoryConnector(target));
    const uid = await facade.perform({ kind: 'create', ...account, attributes: [Attribute.of('__NAME__', 'anna'), Attribute.of('mail', 'm')] }, calling());
    await facade.perform({ kind: 'update', ...account, uid: uid!, updateType: 'REPLACE', attributes: [new Attribute('mail', null)] }, calling());
    expect(target.objects.get(uid!.value)?.get('mail')).toBeUndefined();
    await facade.perform({ kind: 'delete', ...account, uid: uid! }, calling());
    const error = await failureOf(facade.perform({ kind: 'delete', ...account, uid: uid! }, calling()));
    expect(error.kind).toBe('unknownUid');
  });
});

describe('adding and removing values of a connector that can only replace', () => {
  function subject() {
    const target = new MemoryTarget();
    target.add('a', { groups: ['x', 'y'], mail: 'm' });
    const { facade } = facadeOf(memoryConnector(target));
    const change = (updateType: 'ADD' | 'REMOVE', ...attributes: Attribute[]) => facade.perform({ kind: 'update', ...account, uid: new Uid('a'), updateType, attributes }, calling());
    return { target, change, groups: () => target.objects.get('a')?.get('groups')?.values };
  }

  it('fails for an object that is not there', async () => {
    const { facade } = facadeOf(memoryConnector(new MemoryTarget()));
    await expect(facade.perform({ kind: 'update', ...account, uid: new Uid('a'), updateType: 'ADD', attributes: [Attribute.of('groups', 'x')] }, calling()))
      .rejects.toMatchObject({ kind: 'unknownUid' });
  });

  it('adds what is missing, once', async () => {
    const { change, groups } = subject();
    await change('ADD', Attribute.of('groups', 'y', 'z', 'z'));
    expect(groups()).toEqual(['x', 'y', 'z']);
  });

  it('adds to an attribute the object does not have', async () => {
    const { change, target } = subject();
    await change('ADD', Attribute.of('phone', '1'));
    expect(target.objects.get('a')?.get('phone')?.values).toEqual(['1']);
  });

  it('removes values, and the attribute with its last value', async () => {
    const { change, groups, target } = subject();
    await change('REMOVE', Attribute.of('groups', 'x', 'unknown'));
    expect(groups()).toEqual(['y']);
    await change('REMOVE', Attribute.of('groups', 'y'));
    expect(target.objects.get('a')?.get('groups')).toBeUndefined();
  });

  it('does not write when nothing changes', async () => {
    const { change, target } = subject();
    const before = target.changes.length;
    await change('REMOVE', Attribute.of('groups', 'unknown'), Attribute.of('nothing', 'x'));
    expect(target.changes).toHaveLength(before);
  });

  it('leaves it to a connector that can', async () => {
    const asked: string[] = [];
    const connector = memoryConnector(new MemoryTarget(), {
      operations: {
        addValues: async (_, { uid }) => { asked.push('add'); return uid; },
        removeValues: async (_, { uid }) => { asked.push('remove'); return uid; },
      },
    });
    const { facade } = facadeOf(connector);
    for (const updateType of ['ADD', 'REMOVE'] as const) {
      await facade.perform({ kind: 'update', ...account, uid: new Uid('a'), updateType, attributes: [Attribute.of('groups', 'x')] }, calling());
    }
    expect(asked).toEqual(['add', 'remove']);
  });
});

describe('errors', () => {
  it('uses the connector\'s own translation, then Node\'s codes, then the general kind', async () => {
    const target = new MemoryTarget();
    const connector = memoryConnector(target, {
      extra: { translateError: (error) => (error instanceof RangeError ? new ConnectorError('permissionDenied', 'not yours') : undefined) },
    });
    const { facade } = facadeOf(connector);
    const failing = (error: Error) => {
      target.before = async () => { throw error; };
      return failureOf(facade.perform({ kind: 'test' }, calling()));
    };
    expect(await failing(new RangeError('native'))).toMatchObject({ kind: 'permissionDenied', message: 'not yours' });
    expect(await failing(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))).toMatchObject({ kind: 'connectionFailed' });
    const general = await failing(new Error('odd'));
    expect(general).toMatchObject({ kind: 'connector', message: 'Memory: odd' });
    expect(general.cause).toBeInstanceOf(Error);
  });

  it('never shows a secret of configuration or request in message, cause or stack', async () => {
    const target = new MemoryTarget();
    target.before = async () => { throw new Error('bind with s3cret-of-config and new-Passw0rd failed', { cause: new Error('new-Passw0rd') }); };
    const connector = memoryConnector(target);
    const configuration = configured(connector, { host: 'h', credentials: new GuardedString('s3cret-of-config') });
    const facade = createFacade(connector, configuration, { log: recordedLog(), stateRoot: '/nowhere' });
    const error = await failureOf(facade.perform({ kind: 'create', ...account, attributes: [Attribute.of('__PASSWORD__', new GuardedString('new-Passw0rd'))] }, calling()));
    const everything = `${error.message} ${error.stack} ${(error.cause as Error).message} ${(error.cause as Error).stack}`;
    expect(everything).toContain('***');
    expect(everything).not.toContain('s3cret-of-config');
    expect(everything).not.toContain('new-Passw0rd');
    target.before = async () => { throw Object.assign(new Error('refused'), { request: 'password=new-Passw0rd' }); };
    const withField = await failureOf(facade.perform({ kind: 'create', ...account, attributes: [Attribute.of('__PASSWORD__', new GuardedString('new-Passw0rd'))] }, calling()));
    expect(inspect(withField)).not.toContain('new-Passw0rd');
    // What is known of the write stays known: without it, a failure such as this one invites to repeat the write.
    target.before = async () => { throw new ConnectorError('connectionBroken', 'gone after new-Passw0rd', { outcome: 'unknown' }); };
    expect(await failureOf(facade.perform({ kind: 'create', ...account, attributes: [Attribute.of('__PASSWORD__', new GuardedString('new-Passw0rd'))] }, calling())))
      .toMatchObject({ message: expect.stringContaining('gone after ***') as string, outcome: 'unknown', retryable: false });
    target.before = async () => { throw Object.assign(new Error('refused'), { statement: { parameters: [1, { value: 'new-Passw0rd' }] } }); };
    const deeper = await failureOf(facade.perform({ kind: 'create', ...account, attributes: [Attribute.of('__PASSWORD__', new GuardedString('new-Passw0rd'))] }, calling()));
    expect(deeper).toMatchObject({ kind: 'connector', message: 'Memory: refused' });
    expect(inspect(deeper, { depth: null })).not.toContain('new-Passw0rd');
    const lines = ['-----BEGIN OPENSSH PRIVATE KEY-----', 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ', '1234=='];
    const withKey = { ...connector, properties: { ...connector.properties, key: textList({ confidential: true, help: 'A private key.' }) } };
    const keyed = createFacade(withKey, configured(withKey, { host: 'h', key: new IcfArray('String', lines) }), { log: recordedLog(), stateRoot: '/nowhere' });
    target.before = async () => { throw new Error(`cannot read the key ${lines.join('\n')}`); };
    const unreadable = await failureOf(keyed.perform({ kind: 'test' }, calling()));
    expect(unreadable.message).toContain('cannot read the key ***');
    expect(inspect(unreadable)).not.toContain(lines[1]);
    target.before = async () => undefined;
    const refused = await failureOf(facade.perform({ kind: 'authenticate', ...account, username: 'anna', password: new GuardedString('hunter2!') }, calling()));
    expect(`${refused.message}${refused.stack}`).not.toContain('hunter2!');
  });
});
