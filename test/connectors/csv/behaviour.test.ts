import { appendFile, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import csv from '../../../connectors/catalog/csv/index.js';
import { createFacade, type FacadeHandle } from '../../../connectors/framework/index.js';
import { connectorByKey } from '../../../connectors/registry.js';
import {
  ACCOUNT, Attribute, ConnectorError, GuardedString, IcfFile, Name, OperationOptions, Script, Uid,
  type ApiOperation, type IcfValue,
} from '../../../protocol/model/index.js';
import { calling, configured, drain } from '../../support/memory-facade.js';
import { recordedLog } from '../../support/quiet-log.js';

const on = { objectClass: ACCOUNT, options: OperationOptions.none };
const PEOPLE = 'uid,first name,password\nann,Ann,secret1\nbob,Bob,secret2\n';

/** The documented behaviours, as a caller of the facade meets them; titles are the statements. */
describe('the CSV file connector', () => {
  let directory: string;
  let path: string;
  const facades: FacadeHandle[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'csv-behaviour-'));
    path = join(directory, 'people.csv');
    await writeFile(path, PEOPLE);
  });
  afterEach(async () => {
    await Promise.all(facades.splice(0).map((facade) => facade.dispose()));
    await rm(directory, { recursive: true, force: true });
  });

  function facadeOf(values: Record<string, IcfValue> = {}): FacadeHandle {
    const facade = createFacade(csv, configured(csv, { csvFile: new IcfFile(path), ...values }), { log: recordedLog(), stateRoot: join(directory, 'state') });
    facades.push(facade);
    return facade;
  }
  const all = async (facade: FacadeHandle) => (await drain(facade.stream({ kind: 'search', filter: undefined, ...on }, calling()))).items;
  const sync = (facade: FacadeHandle, token: Awaited<ReturnType<typeof latest>>) => drain(facade.stream({ kind: 'sync', token, ...on }, calling()));
  const latest = (facade: FacadeHandle) => facade.perform({ kind: 'latestSyncToken', objectClass: ACCOUNT }, calling());
  const refusal = async (work: Promise<unknown>): Promise<ConnectorError> => {
    const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
    if (!(error instanceof ConnectorError)) throw new Error(`Not refused: ${String(error)}`);
    return error;
  };

  it('Connector identity: bundleName org.forgerock.openicf.connectors.csvfile-connector, connectorName org.forgerock.openicf.csvfile.CSVFileConnector, bundleVersion range [1.5.0.0,1.6.0.0), jar csvfile-connector-1.5.20.26.jar [csv 1]', () => {
    expect(csv.key).toEqual({ bundleName: 'org.forgerock.openicf.connectors.csvfile-connector', connectorName: 'org.forgerock.openicf.csvfile.CSVFileConnector', bundleVersion: '1.5.20.26' });
  });

  it('Included in the default deployments of both IDM and RCS [csv 3]', async () => {
    expect(await connectorByKey(csv.key)).toBe(csv);
  });

  it('csvFile is the only property that has to be set; its value may contain a placeholder such as &{idm.instance.dir} [csv 4]', async () => {
    expect(await all(facadeOf())).toHaveLength(2);
    expect((await refusal(facadeOf({ csvFile: null }).perform({ kind: 'validate' }, calling()))).message).toMatch(/'csvFile'/);
    // Whoever holds the placeholder's value resolves it; one that arrives here unresolved is told apart from a missing file.
    expect((await refusal(facadeOf({ csvFile: new IcfFile('&{idm.instance.dir}/x.csv') }).perform({ kind: 'validate' }, calling()))).message).toMatch(/placeholder was not resolved/);
  });

  it('Defaults: headerUid uid, headerPassword password, fieldDelimiter comma, quoteCharacter double quote, escapeCharacter backslash, newlineString newline, spaceReplacementString underscore, syncFileRetentionCount 3 [csv 5]', async () => {
    await writeFile(path, 'uid,a b,password\n"x, ""y""\\"z",1,p\n');
    const facade = facadeOf();
    const [object] = await all(facade);
    expect(object?.uid.value).toBe('x, "y""z');
    expect(object?.get('a_b')?.values).toEqual(['1']);
    await facade.perform({ kind: 'authenticate', username: 'x, "y""z', password: new GuardedString('p'), ...on }, calling());
    await facade.perform({ kind: 'create', attributes: [new Name('new')], ...on }, calling());
    expect(await readFile(path, 'utf8')).toMatch(/\n"new",,\n$/);
    let token = await latest(facade);
    for (let run = 0; run < 5; run++) {
      await appendFile(path, `n${run},,\n`);
      token = (await sync(facade, token)).end ?? null;
    }
    expect((await readdir(directory)).filter((name) => /\.\d{13}$/.test(name))).toHaveLength(3);
  });

  it('Blanks in a column header are replaced by spaceReplacementString in the attribute name (with the default, \'first name\' gives first_name) [csv 6]', async () => {
    expect((await all(facadeOf()))[0]?.get('first_name')?.values).toEqual(['Ann']);
    expect((await all(facadeOf({ spaceReplacementString: '' })))[0]?.get('firstname')?.values).toEqual(['Ann']);
  });

  it('The column named by headerUid gives each row\'s uid and name [csv 7]', async () => {
    const [object] = await all(facadeOf({ headerUid: 'first name' }));
    expect([object?.uid.value, object?.name.value]).toEqual(['Ann', 'Ann']);
  });

  it('The column named by headerPassword holds the row\'s password; it is needed where password authentication is used [csv 8]', async () => {
    const login = (facade: FacadeHandle) => facade.perform({ kind: 'authenticate', username: 'ann', password: new GuardedString('Ann'), ...on }, calling());
    expect((await login(facadeOf({ headerPassword: 'first name' })))?.value).toBe('ann');
    expect((await refusal(login(facadeOf({ headerPassword: 'pin' })))).kind).toBe('configuration');
    expect(await all(facadeOf({ headerPassword: 'pin' }))).toHaveLength(2);
  });

  it('Authenticate takes two parameters, presumably a user name and a password, checked against the headerUid and headerPassword columns [csv 9]', async () => {
    const login = (username: string, password: string) => facadeOf().perform({ kind: 'authenticate', username, password: new GuardedString(password), ...on }, calling());
    expect((await login('bob', 'secret2'))?.value).toBe('bob');
    expect((await refusal(login('bob', 'secret1'))).kind).toBe('invalidPassword');
    expect((await refusal(login('zoe', 'secret1'))).kind).toBe('invalidCredential');
  });

  it('Resolve Username finds a row by name and answers its uid [csv 10]', async () => {
    expect((await facadeOf().perform({ kind: 'resolveUsername', username: 'bob', ...on }, calling()))?.value).toBe('bob');
  });

  it('Batch runs several operations in one request [csv 11]', async () => {
    const facade = facadeOf();
    const { items } = await drain(facade.stream({
      kind: 'batch', options: OperationOptions.none, tasks: [
        { kind: 'create', attributes: [new Name('cid')], ...on },
        { kind: 'update', updateType: 'REPLACE', uid: new Uid('ann'), attributes: [Attribute.of('first_name', 'Anna')], ...on },
        { kind: 'delete', uid: new Uid('nobody'), ...on },
        { kind: 'delete', uid: new Uid('bob'), ...on },
      ],
    }, calling()));
    expect(items.filter(({ error }) => error !== undefined).map(({ task }) => task)).toEqual([2]);
    expect(await readFile(path, 'utf8')).toBe('uid,first name,password\n"ann","Anna","secret1"\n"cid",,\n');
  });

  it('Sync polls the file for native changes; at most syncFileRetentionCount historical copies of the file are kept [csv 12]', async () => {
    const facade = facadeOf({ syncFileRetentionCount: 2 });
    let token = await latest(facade);
    for (let run = 0; run < 4; run++) {
      await appendFile(path, `n${run},,\n`);
      const { items, end } = await sync(facade, token);
      expect(items.map(({ kind, uid }) => [kind, uid.value])).toEqual([['CREATE', `n${run}`]]);
      token = end ?? null;
    }
    expect((await sync(facade, token)).items).toEqual([]);
    expect((await readdir(directory)).filter((name) => /\.\d{13}$/.test(name))).toHaveLength(2);
  });

  it('The file\'s content is not checked before a synchronization: completeness and well-formedness are the administrator\'s duty [csv 13]', async () => {
    const facade = facadeOf();
    const token = await latest(facade);
    await appendFile(path, 'half a row\n');
    await facade.perform({ kind: 'test' }, calling());
    expect((await refusal(sync(facade, token))).message).toMatch(/line 4: the row has 1 field where the header has 3/);
  });

  it('While a scheduled reconciliation or synchronization that reads or writes the CSV file is active, the file must not be removed or replaced [csv 14]', async () => {
    const facade = facadeOf();
    await writeFile(path, PEOPLE + Array.from({ length: 5000 }, (_, row) => `u${row},old,\n`).join(''));
    const search = facade.stream({ kind: 'search', filter: undefined, ...on }, calling());
    await search.next();
    await writeFile(`${path}.new`, 'uid\nother\n');
    await rename(`${path}.new`, path);
    // Should it happen all the same, the search sees one state of the file: the one it began with.
    expect((await drain(search)).items).toHaveLength(5001);
    expect(await all(facade)).toHaveLength(1);
  });

  it('In continuous production use the file acts as a change log, often with only the changed user records [csv 15]', async () => {
    const facade = facadeOf();
    const token = await latest(facade);
    await writeFile(path, 'uid,first name,password\nbob,Robert,secret2\ncid,Cid,x\n');
    const { items } = await sync(facade, token);
    expect(items.map(({ kind, uid, object }) => [kind, uid.value, object?.get('first_name')?.single])).toEqual([
      ['DELETE', 'ann', undefined], ['UPDATE', 'bob', 'Robert'], ['CREATE', 'cid', 'Cid'],
    ]);
  });

  it('Adding or removing columns requires the object properties of the connector configuration to be changed accordingly [csv 16]', async () => {
    const facade = facadeOf();
    const token = await latest(facade);
    await writeFile(path, 'uid,mail,password\nann,a@example.com,secret1\n');
    const attributes = (await facade.perform({ kind: 'schema' }, calling()))?.objectClasses[0]?.attributes.map(({ name }) => name);
    expect(attributes).toEqual(['__NAME__', 'mail', '__PASSWORD__']);
    const write = facade.perform({ kind: 'update', updateType: 'REPLACE', uid: new Uid('ann'), attributes: [Attribute.of('first_name', 'x')], ...on }, calling());
    expect((await refusal(write)).kind).toBe('invalidAttributeValue');
    expect((await refusal(sync(facade, token))).message).toMatch(/Adapt the object properties of the connector configuration/);
  });

  it('Script on Connector: a script runs inside the connector\'s own execution environment, can reach every class the connector can reach, receives a variable named connector bound to an initialised connector instance (its configuration at the least), and receives the caller\'s script arguments [csv 17]', async () => {
    // The operation is there; the connector runs no script itself, an agent does beside it: test/unit/agent/operations/scripts.test.ts.
    const facade = facadeOf();
    expect(facade.supportedOperations.has('ScriptOnConnectorApiOp')).toBe(true);
    const script = facade.perform({ kind: 'scriptOnConnector', script: new Script('groovy', 'connector.configuration'), scriptArguments: new Map(), options: OperationOptions.none }, calling());
    expect((await refusal(script)).kind).toBe('unsupportedOperation');
  });

  it('Test verifies every part of the environment the configuration refers to (for example by physically connecting and checking that credentials are valid), may be slow, must not be used as a liveness probe or run before each provisioning call, and may be called before the configuration has been validated [csv 18]', async () => {
    const facade = facadeOf({ headerUid: 'id' });
    expect((await refusal(facade.perform({ kind: 'test' }, calling()))).message).toMatch(/no column "id"/);
    await facadeOf().perform({ kind: 'test' }, calling());
    await rm(path);
    expect((await refusal(facadeOf().perform({ kind: 'test' }, calling()))).message).toMatch(/does not exist/);
  });

  it('offers the documented interfaces and no others', () => {
    const documented: ApiOperation[] = [
      'AuthenticationApiOp', 'BatchApiOp', 'CreateApiOp', 'DeleteApiOp', 'ResolveUsernameApiOp', 'SchemaApiOp', 'ScriptOnConnectorApiOp', 'SearchApiOp', 'SyncApiOp', 'TestApiOp', 'UpdateApiOp',
    ];
    const { supportedOperations } = facadeOf();
    expect(documented.filter((operation) => !supportedOperations.has(operation))).toEqual([]);
    expect(supportedOperations.has('ScriptOnResourceApiOp')).toBe(false);
  });

  it('a failure of the operating system arrives as an error a user can act on', async () => {
    const facade = facadeOf();
    await rm(path);
    for (const work of [() => all(facade), () => sync(facade, { value: 1_700_000_000_000n }), () => facade.perform({ kind: 'delete', uid: new Uid('ann'), ...on }, calling())]) {
      const error = await refusal(work());
      expect(error.kind).toBe('connectorIo');
      expect(error.message).toMatch(/people\.csv does not exist\. Put a file/);
    }
  });

  it('a write to a file that is gone says that nothing was changed', async () => {
    const facade = facadeOf();
    await rm(path);
    expect(await refusal(facade.perform({ kind: 'delete', uid: new Uid('ann'), ...on }, calling()))).toMatchObject({ kind: 'connectorIo', outcome: 'notApplied' });
  });

  it('adding a second value to a column is refused, removing the value clears the cell', async () => {
    const facade = facadeOf();
    const change = (updateType: 'ADD' | 'REMOVE', value: string) => facade.perform({ kind: 'update', updateType, uid: new Uid('ann'), attributes: [Attribute.of('first_name', value)], ...on }, calling());
    expect((await refusal(change('ADD', 'Anna'))).message).toMatch(/first_name has 2 values, but a column of a CSV file holds one/);
    await change('REMOVE', 'Ann');
    expect(await readFile(path, 'utf8')).toBe('uid,first name,password\n"ann",,"secret1"\nbob,Bob,secret2\n');
  });
});
