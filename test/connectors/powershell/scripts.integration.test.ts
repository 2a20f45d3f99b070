import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ACCOUNT, Attribute, GuardedString, IcfArray, Name, OPTION, OperationOptions, Script, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { failure, plain, type ConnectorCaller } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { PowerShellFixture } from './fixture.js';

let fixture: PowerShellFixture;
const callers: ConnectorCaller[] = [];

beforeAll(async () => { fixture = await PowerShellFixture.start(); });
afterAll(() => fixture.stop());
afterEach(async () => { await Promise.all(callers.splice(0).map((caller) => caller.dispose())); });

async function connect(...given: Parameters<PowerShellFixture['connect']>): Promise<ConnectorCaller> {
  const caller = await fixture.connect(...given);
  callers.push(caller);
  return caller;
}

const strings = (...items: string[]) => new IcfArray('String', items);

describe('scripts of the PowerShell connector (a stand-in runs them: JavaScript, not PowerShell)', () => {
  it('[powershell 1] [powershell 7] [powershell 32] runs the script of each operation, read by the agent, and offers nothing without one', async () => {
    const caller = await connect({ Create: "$Connector.Result.Uid = 'id of ' + $Connector.Id", Delete: "if ($Connector.Uid !== '7') dotnet('Org.IdentityConnectors.Framework.Common.Exceptions.UnknownUidException', 'nobody')" });
    expect((await caller.create(ACCOUNT, new Name('joe'))).value).toBe('id of joe');
    await caller.remove(ACCOUNT, new Uid('7'));
    const error = await failure(caller.remove(ACCOUNT, new Uid('8')));
    expect(error.kind).toBe('unknownUid');
    expect(error.message).toContain('nobody');
    expect((await failure(caller.search(ACCOUNT))).kind).toBe('unsupportedOperation');
  });

  it('[powershell 19] hands over the attributes of the sample, and the password as a secret', async () => {
    const caller = await connect({ Create: "const held = $Connector.Attributes; if (held.__PASSWORD__[0].guarded !== 'Passw0rd' || held.enabled[0] !== true) throw new Error('wrong'); $Connector.Result.Uid = Object.keys(held).join()" });
    const uid = await caller.create(ACCOUNT, new Name('CN=Robert Smith,CN=Users,DC=EXAMPLE,DC=COM'), Attribute.of('sAMAccountName', 'robert.smith'), Attribute.of('sn', 'Smith'), Attribute.of('enabled', true), Attribute.of('__PASSWORD__', new GuardedString('Passw0rd')));
    expect(uid.value).toBe('__NAME__,sAMAccountName,sn,enabled,__PASSWORD__');
  });

  it('[powershell 20] [powershell 21] [powershell 22] updates and deletes the entry it is given', async () => {
    const caller = await connect({ Update: "if ($Connector.Attributes.__PASSWORD__[0].guarded !== 'Passw1rd') throw new Error('wrong'); $Connector.Result.Uid = [$Connector.Uid, 'r2']", Delete: 'if ($Connector.Uid !== "1d4c9276") throw new Error("wrong")' });
    const uid = await caller.update(ACCOUNT, new Uid('1d4c9276'), Attribute.of('__PASSWORD__', new GuardedString('Passw1rd')));
    expect([uid.value, uid.revision]).toEqual(['1d4c9276', 'r2']);
    await caller.remove(ACCOUNT, uid);
  });

  it('runs no script from a folder the agent does not name, and does not tell whether it is there', async () => {
    await symlink('/etc/hostname', join(fixture.directory, 'Link.ps1'));
    const elsewhere = await connect({ Search: '' }, {}, ['/nowhere', join(fixture.directory, 'other')]);
    const error = await failure(elsewhere.search(ACCOUNT));
    expect([error.kind, error.message]).toEqual(['configuration', expect.stringContaining(`scripts: { roots: ["${fixture.directory}"] }`)]);
    const absent = await failure((await connect({}, { SearchScriptFileName: '/etc/no-such-file' }, [fixture.directory])).search(ACCOUNT));
    expect(absent.message).toMatch(/runs no scripts from \/etc/);
    const link = await failure((await connect({}, { SearchScriptFileName: join(fixture.directory, 'Link.ps1') }, [fixture.directory])).search(ACCOUNT));
    expect(link.message).toContain('is not run');
    expect((await (await connect({ Search: '' }, {}, [fixture.directory])).search(ACCOUNT)).items).toEqual([]);
  });

  it('reads scripts in the encodings of Windows editors, and refuses what it would garble', async () => {
    const text = "$Connector.Result.Uid = 'Smïth'";
    const utf16 = Buffer.from(`\uFEFF${text}`, 'utf16le');
    for (const bytes of [Buffer.from(`\uFEFF${text}`), utf16, Buffer.from(utf16).swap16()]) {
      const caller = await connect({ Create: '' });
      await writeFile(join(fixture.directory, 'Create.ps1'), bytes);
      expect((await caller.create(ACCOUNT, new Name('x'))).value).toBe('Smïth');
    }
    const caller = await connect({ Create: '' });
    await writeFile(join(fixture.directory, 'Create.ps1'), Buffer.from(text, 'latin1'));
    const error = await failure(caller.create(ACCOUNT, new Name('x')));
    expect([error.kind, error.message]).toEqual(['configuration', expect.stringContaining('Save it as UTF-8')]);
  });

  it('refuses a value PowerShell has no form of, and keeps the interpreter', async () => {
    const caller = await connect({ Create: "$Connector.Result.Uid = 'id'" });
    const error = await failure(caller.create(ACCOUNT, new Name('x'), Attribute.of('odd', new Map<IcfValue, IcfValue>([[['a'], 'b']]))));
    expect([error.kind, error.outcome]).toEqual(['invalidAttributeValue', 'notApplied']);
    await caller.create(ACCOUNT, new Name('x'));
    expect(caller.facade.status().sessions.opened).toBe(1);
  });

  it('says so when a script gives no uid', async () => {
    const caller = await connect({ Create: '' });
    const error = await failure(caller.create(ACCOUNT, new Name('x')));
    expect(error.message).toContain("Create script didn't return with a valid uid");
    expect(error.outcome).toBe('applied');
  });

  it('[powershell 9] [powershell 10] [powershell 11] gives everything under the prefix, custom properties in the bag', async () => {
    const caller = await connect({ Create: "$Icf.Result.Uid = [$Icf.Configuration.PropertyBag.baseContext, $Icf.Configuration.Login, $Icf.Configuration.Password.guarded, $Icf.Operation, $Icf.ObjectClass].join('|')" },
      { VariablesPrefix: 'Icf', Login: 'admin', Password: new GuardedString('s3cret'), CustomProperties: strings('baseContext = CN=Users,DC=example,DC=com') });
    expect((await caller.create(ACCOUNT, new Name('x'))).value).toBe('CN=Users,DC=example,DC=com|admin|s3cret|CREATE|__ACCOUNT__');
  });

  it('shows scripts the properties of the .NET connector by their names, as the sample scripts for Azure read them, and none of ours', async () => {
    const caller = await connect({ Create: "const { SearchScriptFileName, ReloadScriptOnExecution, MaxInterpretersPoolSize, executable, sshHost } = $Connector.Configuration; $Connector.Result.Uid = JSON.stringify([SearchScriptFileName, ReloadScriptOnExecution, MaxInterpretersPoolSize, executable ?? null, sshHost ?? null])", Search: '' });
    expect(JSON.parse((await caller.create(ACCOUNT, new Name('x'))).value)).toEqual([join(fixture.directory, 'Search.ps1'), false, 5, null, null]);
  });

  it('[powershell 12] reads a script anew each time only when told to', async () => {
    const kept = await connect({ Create: "$Connector.Result.Uid = 'one'" });
    await kept.create(ACCOUNT, new Name('x'));
    const fresh = await connect({ Create: "$Connector.Result.Uid = 'two'" }, { ReloadScriptOnExecution: true });
    expect((await kept.create(ACCOUNT, new Name('x'))).value).toBe('one');
    expect((await fresh.create(ACCOUNT, new Name('x'))).value).toBe('two');
    await fixture.script('Create.ps1', "$Connector.Result.Uid = 'three'");
    expect((await fresh.create(ACCOUNT, new Name('x'))).value).toBe('three');
  });

  it('[powershell 15] imports modules when an interpreter starts, and says which cannot be', async () => {
    const error = await failure((await connect({ Test: '' }, { PsModulesToImport: strings('ActiveDirectory', 'C:/tools/missing.psm1') })).test());
    expect(error.kind).toBe('configuration');
    expect(error.message).toContain('missing.psm1');
  });

  it('[powershell 17] [powershell 18] [powershell 33] tests by parsing every script and running the test script', async () => {
    await (await connect({ Test: "if ($Connector.Operation !== 'TEST') throw new Error()", Search: '' })).test();
    const unparsable = await failure((await connect({ Search: 'this is no (' })).test());
    expect(unparsable.kind).toBe('configuration');
    expect(unparsable.message).toMatch(/Search\.ps1 script parse error/);
    expect((await failure((await connect({ Test: "throw new Error('the service is down')" })).test())).message).toContain('the service is down');
    const missing = await failure((await connect({}, { SearchScriptFileName: '/nowhere/Search.ps1' })).test());
    expect(missing.message).toContain('/nowhere/Search.ps1');
    const notThere = await failure((await connect({ Test: '' }, { executable: '/nowhere/pwsh' })).test());
    expect(notThere.kind).toBe('configuration');
  });

  it('authenticates, resolves names, describes itself and tells of changes', async () => {
    const caller = await connect({
      Authenticate: "if ($Connector.Password !== 'right') dotnet('Org.IdentityConnectors.Framework.Common.Exceptions.InvalidPasswordException', 'wrong'); $Connector.Result.Uid = $Connector.Username",
      ResolveUsername: "$Connector.Result.Uid = 'uid-' + $Connector.Username",
      Schema: "$Connector.SchemaBuilder.DefineObjectClass('__ACCOUNT__', ['sn'], ['enabled', 'boolean'], ['memberOf', 'String', 'MULTIVALUED'])",
      Sync: "if ($Connector.Operation === 'GET_LATEST_SYNC_TOKEN') $Connector.Result.SyncToken = 17; else { $Connector.Result.Process({ SyncToken: 18, DeltaType: 'UPDATE', Uid: '2', PreviousUid: '1', Object: { __NAME__: 'Foo', __UID__: '2' } }); $Connector.Result.Process({ SyncToken: 19, DeltaType: 'DELETE', Uid: '3' }); $Connector.Result.Complete($Connector.Token + 10); }",
    });
    const options = OperationOptions.none;
    const login = (text: string) => caller.facade.perform({ kind: 'authenticate', objectClass: ACCOUNT, username: 'joe', password: new GuardedString(text), options }, calling());
    expect(((await login('right')) as Uid).value).toBe('joe');
    expect((await failure(login('wrong'))).kind).toBe('invalidPassword');
    expect(((await caller.facade.perform({ kind: 'resolveUsername', objectClass: ACCOUNT, username: 'joe', options }, calling())) as Uid).value).toBe('uid-joe');
    const schema = (await caller.facade.perform({ kind: 'schema' }, calling())) as { objectClasses: readonly { attributes: readonly { name: string; type: string }[] }[] };
    expect(schema.objectClasses[0]?.attributes.map(({ name, type }) => [name, type])).toEqual([['__NAME__', 'String'], ['sn', 'String'], ['enabled', 'boolean'], ['memberOf', 'String']]);
    const { items, end } = await caller.sync(ACCOUNT, { value: 17 });
    expect(items.map(({ kind, uid, previousUid, token }) => [kind, uid.value, previousUid?.value, token.value])).toEqual([['UPDATE', '2', '1', 18], ['DELETE', '3', undefined, 19]]);
    expect(end?.value).toBe(27);
  });
});

describe('searching by a PowerShell script', () => {
  const MANY = 'for (let index = 0; index < 1000; index++) { state.given = index; if (!$Connector.Result.Process({ __UID__: index, __NAME__: "n" + index, sn: ["a", "b"], none: null })) { state.stopped = true; break; } }';

  it('gives objects of every type of value', async () => {
    const caller = await connect({ Search: "$Connector.Result.Process({ __UID__: 1, __NAME__: 'joe', sn: 'Smith', groups: ['a', 'b'], enabled: true, count: 5, none: null, address: [{ city: 'Oslo' }], usn: 12345678901n })" });
    const { items } = await caller.search(ACCOUNT);
    expect(items.map(plain)).toEqual([{ __UID__: '1', __NAME__: 'joe', sn: 'Smith', groups: ['a', 'b'], enabled: true, count: 5, none: [], address: { city: 'Oslo' }, usn: 12345678901n }]);
  });

  it('waits where nobody takes the results, stops when the consumer leaves, and goes on with the same interpreter', async () => {
    const caller = await connect({ Search: `if ($Connector.Query !== undefined) $Connector.Result.Process({ __UID__: 'state', __NAME__: JSON.stringify(state) }); else { ${MANY} }` });
    const results = caller.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, calling());
    expect((await results.next()).done).toBe(false);
    await delay(50);
    await results.return(undefined);
    const state = JSON.parse((await caller.search(ACCOUNT, { kind: 'equals', attribute: new Uid('state') })).items[0]!.name.value) as { runs: number; given: number; stopped?: boolean };
    expect(state.runs).toBe(2);
    expect(state.stopped).toBe(true);
    expect(state.given).toBeLessThan(300);
    expect(caller.facade.status().sessions.opened).toBe(1);
  });

  it('gives pages and attributes as asked for', async () => {
    const caller = await connect({ Search: MANY });
    const first = await caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 300, [OPTION.attributesToGet]: strings('sn') });
    expect([first.items.length, first.items[0]?.attributes.length]).toEqual([300, 3]);
    const second = await caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 300, [OPTION.attributesToGet]: strings('sn'), [OPTION.pagedResultsCookie]: first.cookie! });
    expect(second.items[0]?.uid.value).toBe('300');
  });

  it('leaves pages to a script that knows of them', async () => {
    const caller = await connect({ Search: `
      const { PAGE_SIZE: size, PAGED_RESULTS_COOKIE: cookie } = $Connector.Options;
      const from = cookie === undefined ? 0 : Number(cookie);
      for (let index = from; index < Math.min(from + (size ?? 5), 5); index++) $Connector.Result.Process({ __UID__: index, __NAME__: 'n' + index });
      $Connector.Result.Complete(from + (size ?? 5) < 5 ? String(from + size) : null);` });
    const first = await caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 3 });
    const second = await caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 3, [OPTION.pagedResultsCookie]: first.cookie! });
    expect([first, second].map(({ items }) => items.map(({ uid }) => uid.value))).toEqual([['0', '1', '2'], ['3', '4']]);
    expect(second.cookie).toBeUndefined();
    expect((await caller.search(ACCOUNT)).items).toHaveLength(5);
  });

  it('drops what is printed in between, however it looks', async () => {
    const caller = await connect({ Search: "print('no line end'); $Connector.Result.Process({ __UID__: 1, __NAME__: 'a' }); print('0123456789abcdef object S1:x\\n'); $Connector.Result.Process({ __UID__: 2, __NAME__: 'b' })" });
    expect((await caller.search(ACCOUNT)).items.map(({ name }) => name.value)).toEqual(['a', 'b']);
  });

  it('ends the interpreter on an abort, and starts another one', async () => {
    const caller = await connect({ Search: "if ($Connector.Query === undefined) for (;;) $Connector.Result.Process({ __UID__: 1, __NAME__: 'a' }); $Connector.Result.Process({ __UID__: 'x', __NAME__: 'x' })" });
    const abort = new AbortController();
    const results = caller.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, calling(abort.signal));
    await results.next();
    abort.abort();
    await expect(results.next()).rejects.toThrow();
    expect((await caller.search(ACCOUNT, { kind: 'equals', attribute: new Uid('x') })).items).toHaveLength(1);
    expect(caller.facade.status().sessions.opened).toBe(2);
  });

  it('says what happened when a script ends the interpreter', async () => {
    const caller = await connect({ Search: 'print("bye"); process.exit(3)', Create: 'process.exit(3)' });
    const read = await failure(caller.search(ACCOUNT));
    expect(read.kind).toBe('connectionBroken');
    expect(read.message).toContain('exit code 3');
    expect((await failure(caller.create(ACCOUNT, new Name('x')))).outcome).toBe('unknown');
  });
});

describe('interpreters of the PowerShell connector', () => {
  const WHO = { Create: '$Connector.Result.Uid = process.pid + "-" + state.runs' };
  const pids = async (caller: ConnectorCaller, count: number) => (await Promise.all(Array.from({ length: count }, () => caller.create(ACCOUNT, new Name('x'))))).map(({ value }) => value.split('-')[0]);

  it('keeps as many as MaxInterpretersPoolSize and no more', async () => {
    const caller = await connect(WHO, { MaxInterpretersPoolSize: 2 });
    expect(new Set(await pids(caller, 6)).size).toBeLessThanOrEqual(2);
    expect((await caller.create(ACCOUNT, new Name('x'))).value).not.toMatch(/-1$/);
  });

  it('has one for each operation without the pool', async () => {
    const caller = await connect(WHO, { UseInterpretersPool: false });
    expect(new Set([...await pids(caller, 1), ...await pids(caller, 1)]).size).toBe(2);
  });
});

describe('scripts sent to the PowerShell connector', () => {
  const run = (caller: ConnectorCaller, text: string, scriptArguments = new Map<string, IcfValue>(), language = 'PowerShell') =>
    caller.facade.perform({ kind: 'scriptOnConnector', script: new Script(language, text), scriptArguments, options: OperationOptions.none } as never, calling());

  it('[powershell 23] [powershell 24] [powershell 28] gives them configuration, options, operation, log and arguments, and takes any value back', async () => {
    const caller = await connect({}, { Host: 'ad.example.com' });
    expect(await run(caller, "$Connector.Log.Info('running'); put([$Connector.Operation, $Connector.Configuration.Host, $Connector.Arguments.dn, typeof $Connector.Options])", new Map([['dn', 'CN=x']]))).toEqual(['RUNSCRIPTONCONNECTOR', 'ad.example.com', 'CN=x', 'object']);
    expect(caller.log.at('info')).toContain('running');
    expect(await run(caller, 'put(true)')).toBe(true);
    expect(await run(caller, 'put({ a: 1 })')).toEqual(new Map([['a', 1]]));
    expect((await failure(run(caller, 'put({ isHashtable: true })') as Promise<unknown>)).message).toContain('No serializer for class: System.Collections.Hashtable');
    expect((await failure(run(caller, 'x', new Map(), 'Groovy') as Promise<unknown>)).kind).toBe('illegalArgument');
  });
});
