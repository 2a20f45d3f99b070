import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, GuardedString, IcfArray, IcfBigDecimal, IcfCharacter, IcfDouble, Name, OPTION, OperationOptions, Script, SortKey, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { failure, plain, type ConnectorCaller } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { compileHost } from '../../targets/powershell-mono.js';
import { PowerShellFixture } from './fixture.js';

let fixture: PowerShellFixture;
let executable: string;
const callers: ConnectorCaller[] = [];

beforeAll(async () => {
  fixture = await PowerShellFixture.start();
  executable = await compileHost(fixture.directory);
});
afterAll(() => fixture.stop());
afterEach(async () => { await Promise.all(callers.splice(0).map((caller) => caller.dispose())); });

async function connect(scripts: Record<string, string>, settings: Record<string, IcfValue> = {}): Promise<ConnectorCaller> {
  const caller = await fixture.connect(scripts, { executable, ...settings });
  callers.push(caller);
  return caller;
}

const strings = (...items: string[]) => new IcfArray('String', items);
const options = OperationOptions.none;

describe('the C# of the PowerShell connector (compiled by Mono at the level of C# 5; scripts are in C#, not PowerShell)', () => {
  it('[powershell 9] [powershell 11] gives a script attributes, secrets and configuration in the types of OpenICF', async () => {
    const caller = await connect({ Create: 'create' }, { Password: new GuardedString('s3cret €'), CustomProperties: strings('baseContext = DC=example,DC=com') });
    const uid = await caller.create(ACCOUNT, new Name('joe'), Attribute.of('__PASSWORD__', new GuardedString('Pässw0rd')), Attribute.of('enabled', true), Attribute.of('count', 5), Attribute.of('big', 12345678901n),
      new Attribute('groups', ['a', 'b']), new Attribute('none', null), Attribute.of('photo', new Uint8Array([1, 2, 255])));
    expect(uid.value).toBe('True|joe|joe|Pässw0rd|True|5|12345678901|a+b||3|s3cret €|DC=example,DC=com');
  });

  it('takes uids with revisions, and the class of what is thrown', async () => {
    const caller = await connect({ Update: 'update', Delete: 'delete', Create: 'thrown' });
    const moved = await caller.update(ACCOUNT, new Uid('1', 'r'), Attribute.of('sn', 'x'));
    expect([moved.value, moved.revision]).toEqual(['1-moved', 'r1']);
    await caller.remove(ACCOUNT, new Uid('1'));
    const unknown = await failure(caller.remove(ACCOUNT, new Uid('2')));
    expect([unknown.kind, unknown.message]).toEqual(['unknownUid', expect.stringContaining("Uid '2' and ObjectClass '__ACCOUNT__'")]);
    const error = await failure(caller.create(ACCOUNT, new Name('x')));
    expect([error.kind, error.message]).toEqual(['permissionDenied', expect.stringContaining('not yours')]);
  });

  it('gives objects of every type of value, from hash tables and from builders', async () => {
    const caller = await connect({ Search: 'search' });
    const { items, cookie } = await caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 2 });
    expect(cookie).toMatch(/./);
    const [joe, staff] = items;
    expect(plain(joe!)).toMatchObject({
      __UID__: '7', __NAME__: 'joe', sn: 'Smïth 😀', groups: ['a', 'b'], enabled: true, count: 5, big: 12345678901n, none: [], nothing: [], created: '2024-01-02T03:04:05.0000000Z', id: '1d4c9276-6937-4d9e-9c60-67e8b4207f4e', address: { city: 'Oslo' },
    });
    expect(joe!.get('half')?.single).toEqual(new IcfDouble(0.5));
    expect(joe!.get('money')?.single).toEqual(new IcfBigDecimal(150n, 2));
    expect([...joe!.get('photo')?.single as Uint8Array]).toEqual([1, 2, 255]);
    expect([staff!.objectClass, staff!.uid.value, staff!.name.value, staff!.get('member')?.values]).toEqual(['__GROUP__', '8', 'staff', ['x', 'y']]);
  });

  it('gives the attributes in a collection that New-Object takes for one argument, as the sample scripts need it', async () => {
    const caller = await connect({ Create: 'create by builder' });
    const uid = await caller.create(ACCOUNT, new Name('joe'), Attribute.of('big', 12345678901n), Attribute.of('sn', 'Smith'));
    expect(uid.value).toBe('False|False|joe|12345678901|2');
  });

  it('keeps its results apart from what PowerShell writes to the same output meanwhile', async () => {
    const { items } = await (await connect({ Search: 'search and talk' })).search(ACCOUNT);
    expect(items.map(({ uid, attributes }) => [uid.value, attributes.find(({ name }) => name === 'filler')?.values?.[0]])).toEqual(Array.from({ length: 50 }, (_, index) => [String(index), 'x'.repeat(3000)]));
  });

  it('says so when it is given a number .NET has no type for, and goes on', async () => {
    const caller = await connect({ Create: 'create by builder' });
    const error = await failure(caller.create(ACCOUNT, new Name('joe'), Attribute.of('big', new IcfBigDecimal(10n ** 40n, 0))));
    expect([error.kind, error.message]).toEqual(['connector', expect.stringMatching(/too large|too small/)]);
    expect((await caller.create(ACCOUNT, new Name('joe'), Attribute.of('big', 5n))).value).toContain('|joe|5|');
  });

  it('waits where nobody takes the results, and tells the script when the consumer leaves', async () => {
    const caller = await connect({ Search: 'search many' });
    const results = caller.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options }, calling());
    expect((await results.next()).done).toBe(false);
    await results.return(undefined);
    const { items } = await caller.search(ACCOUNT, { kind: 'equals', attribute: new Uid('given') });
    expect(Number(items[0]!.name.value)).toBeLessThan(300);
    expect(caller.facade.status().sessions.opened).toBe(1);
  });

  it('has filters as the framework does with QueryFilterType Native', async () => {
    const caller = await connect({ Search: 'search by filter' }, { QueryFilterType: 'Native' });
    const of = (name: string, ...values: string[]) => new Attribute(name, values);
    const seen = await caller.search(ACCOUNT, {
      kind: 'or', operands: [
        { kind: 'and', operands: [{ kind: 'equals', attribute: of('sn', 'Smith') }, { kind: 'not', operand: { kind: 'presence', name: 'mail' } }] },
        { kind: 'containsAllValues', attribute: of('member', 'a', 'b') }, { kind: 'lessThanOrEqual', attribute: of('cn', 'k') },
      ],
    });
    expect(seen.items[0]?.name.value).toBe('(((sn EqualsFilter Smith and not mail present) or member ContainsAllValuesFilter a+b) or cn LessThanOrEqualFilter k)');
  });

  it('tells of changes by hash tables and by builders, and refuses what is none', async () => {
    const caller = await connect({ Sync: 'sync' });
    const { value } = (await caller.facade.perform({ kind: 'latestSyncToken', objectClass: ACCOUNT }, calling())) as { value: IcfValue };
    expect(value).toBe(17n);
    const changes = caller.facade.stream({ kind: 'sync', objectClass: ACCOUNT, token: { value: 17n }, options }, calling());
    const seen: unknown[] = [];
    const error = await failure((async () => { for await (const change of changes) { const { kind, uid, previousUid, token, object } = change as never as Record<string, { value: IcfValue } | undefined>; seen.push([kind, uid?.value, previousUid?.value, token?.value, object !== undefined]); } })());
    expect(seen).toEqual([['CREATE', '2', undefined, 18n, true], ['UPDATE', '3', '30', 19n, true], ['DELETE', '4', undefined, 20n, false]]);
    expect(error.message).toContain('Unrecognized DeltaType in Sync result');
  });

  it('describes itself by the builders of the framework', async () => {
    const caller = await connect({ Schema: 'schema', Search: 'search' });
    const schema = (await caller.facade.perform({ kind: 'schema' }, calling())) as { objectClasses: readonly { type: string; attributes: readonly { name: string; type: string; flags: readonly string[] }[] }[] };
    expect(schema.objectClasses.map(({ type, attributes }) => [type, ...attributes.map(({ name, type: of, flags }) => `${name} ${of} ${flags.join('+')}`.trim())])).toEqual([
      ['__ACCOUNT__', '__NAME__ String REQUIRED', 'sn String REQUIRED+MULTIVALUED', '__PASSWORD__ GuardedString NOT_READABLE+NOT_RETURNED_BY_DEFAULT', 'age Integer NOT_UPDATEABLE'],
      ['device', '__NAME__ String REQUIRED', 'tags Map', 'mail String MULTIVALUED'],
    ]);
  });

  it('authenticates and resolves names', async () => {
    const caller = await connect({ Authenticate: 'authenticate', ResolveUsername: 'resolve' });
    const login = (text: string) => caller.facade.perform({ kind: 'authenticate', objectClass: ACCOUNT, username: 'joe', password: new GuardedString(text), options }, calling());
    expect(((await login('right')) as Uid).value).toBe('joe');
    expect((await failure(login('wrong'))).kind).toBe('invalidPassword');
    expect(((await caller.facade.perform({ kind: 'resolveUsername', objectClass: ACCOUNT, username: 'joe', options }, calling())) as Uid).value).toBe('uid of joe');
  });

  it('[powershell 23] [powershell 24] [powershell 28] runs scripts of the controller, whose answer can be of any type but a Hashtable', async () => {
    const caller = await connect({});
    const run = (text: string, scriptArguments = new Map<string, IcfValue>(), more: Record<string, IcfValue> = {}) =>
      caller.facade.perform({ kind: 'scriptOnConnector', script: new Script('PowerShell', text), scriptArguments, options: OperationOptions.of(more) } as never, calling()) as Promise<unknown>;
    expect(await run('options', undefined, { [OPTION.runAsUser]: 'admin', [OPTION.sortKeys]: new IcfArray('SortKey', [new SortKey('sn', false)]) })).toEqual(['admin', false, 'RUNSCRIPTONCONNECTOR']);
    expect(await run('arguments', new Map([['dn', 'CN=x']]))).toBe('CN=x');
    expect(await run('values')).toEqual([true, 'text', [1, 2n], new Map([['k', new IcfCharacter('c')]]), new Map([['a', 1]]), 200, null]);
    expect((await failure(run('hashtable'))).message).toContain('No serializer for class: System.Collections.Hashtable');
    await run('log');
    expect([caller.log.at('info'), caller.log.at('warn')]).toEqual([expect.arrayContaining(['told']), expect.arrayContaining(['warned'])]);
  });

  it('tests by parsing every script', async () => {
    await (await connect({ Search: 'search', Create: 'create' })).test();
    const error = await failure((await connect({ Search: 'no script of these' })).test());
    expect([error.kind, error.message]).toEqual(['configuration', expect.stringContaining('Unexpected token')]);
  });
});
