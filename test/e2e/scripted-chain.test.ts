import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChain, type Chain } from '../support/chain.js';
import type { Json } from '../support/rest-client.js';
import { scriptFolder } from '../support/scripted.js';

const refOf = (connector: string): object => ({ connectorName: `org.forgerock.openicf.connectors.groovy.${connector}`, bundleName: 'org.forgerock.openicf.connectors.groovy-connector', bundleVersion: '[1.5.0.0,1.6.0.0)', connectorHostRef: 'site1' });
const SENT = 'return { args, operation, name: configuration.createScriptFileName, people: (await connector.search(icf.ACCOUNT)).map(({ name }) => name) }';
const FORBIDDEN = 'return 1';
/** Keeps its objects in the property bag: the scripts of an operator, named as in a provisioner file for Java. */
const SCRIPTS = {
  'Test.js': '',
  'Schema.js': 'return { objectClasses: [{ type: icf.ACCOUNT, attributes: { __NAME__: { required: true }, mail: "String", __PASSWORD__: { type: "GuardedString", notReadable: true } } }] }',
  'Create.js': 'if (await propertyBag.get(id) !== null) throw icf.error("alreadyExists", `${id} is there.`); await propertyBag.set(id, { mail: attributes.mail ?? null }); return id',
  'Search.js': 'for (const uid of await propertyBag.keys()) if (await handler({ uid, attributes: await propertyBag.get(uid) }) === false) return;',
  'Delete.js': 'if (!await propertyBag.delete(uid)) throw icf.error("unknownUid", `There is no ${uid}.`)',
  'OnResource.js': 'return { scriptLanguage, scriptText, scriptArguments, count: (await propertyBag.keys()).length }',
};

/** The agent's own process runs the one, a process for it alone the other. */
const SYSTEMS = [['inside', 'ScriptedConnector'], ['isolated', 'ScriptedPoolableConnector']] as const;

let chain: Chain;
let scripts: string;
let elsewhere: string;

function provisioner(name: string, connector: string, folder: string): object {
  const action = (scriptId: string, source: object): object => ({ scriptId, actions: [{ systemType: `.*${connector}`, actionType: 'javascript', ...source }, { systemType: '.*LdapConnector', actionType: 'javascript', actionSource: 'return "of another connector"' }] });
  const slots = ['test', 'schema', 'create', 'search', 'delete'].map((slot): [string, string] => [`${slot}ScriptFileName`, `${slot.charAt(0).toUpperCase()}${slot.slice(1)}.groovy`]);
  return {
    name, connectorRef: refOf(connector), configurationProperties: { scriptRoots: [folder], ...Object.fromEntries(slots), scriptOnResourceScriptFileName: 'OnResource.groovy' },
    systemActions: [action('Product', { actionSource: '2 * 2' }), action('MyScript', { actionFile: 'script/sent.js' }), action('Forbidden', { actionSource: FORBIDDEN }), action('Groovy', { actionSource: '2 * 2', actionType: 'groovy' })],
    objectTypes: { account: { $schema: 'http://json-schema.org/draft-03/schema', id: '__ACCOUNT__', type: 'object', nativeType: '__ACCOUNT__', properties: { name: { type: 'string', nativeName: '__NAME__', nativeType: 'string', required: true }, mail: { type: 'string', nativeName: 'mail', nativeType: 'string' } } } },
  };
}

beforeAll(async () => {
  [scripts, elsewhere] = await Promise.all([scriptFolder(SCRIPTS), scriptFolder(SCRIPTS)]);
  const digests = ['2 * 2', SENT].map((text) => createHash('sha256').update(text).digest('hex'));
  chain = await startChain({ controller: (world) => ({ config: { systems: { project: world.directory } } }), agent: { config: { scripts: { roots: [scripts] }, isolation: { connectors: { 'scripted-groovy-poolable': {} } } } }, policy: `version: 1\ndefault: allow\nscripts: {sha256: [${digests.join(', ')}]}\n` });
  await mkdir(chain.world.path('script'));
  await writeFile(chain.world.path('script/sent.js'), SENT);
  for (const [name, connector] of SYSTEMS) {
    await chain.world.provisioner(name, provisioner(name, connector, scripts));
    await chain.controller.systemReady(name);
  }
}, 120_000);
afterAll(async () => {
  await chain.stop();
  await Promise.all([scripts, elsewhere].map((folder) => rm(folder, { recursive: true, force: true })));
});

async function runOn(system: string, query: string, body: Json = {}): Promise<{ status: number; body: Json }> {
  const answer = await chain.rest.send(`/openidm/system/${system}?_action=script&${query}`, { method: 'POST', body });
  return { status: answer.status, body: answer.body };
}

describe.each(SYSTEMS)('a scripted connector behind the agent, %s', (system, connector) => {
  const run = (query: string, body?: Json) => runOn(system, query, body);

  it('carries out operations by the scripts of the agent\'s machine, configured by a provisioner file of the project [scripted-groovy 5]', async () => {
    const account = `/openidm/system/${system}/account`;
    expect(await chain.rest.send(`${account}/anna`, { method: 'PUT', headers: { 'If-None-Match': '*' }, body: { name: 'anna', mail: 'a@example.com' } })).toMatchObject({ status: 201 });
    expect(await chain.rest.ok(`${account}/anna`)).toEqual({ _id: 'anna', name: 'anna', mail: 'a@example.com' });
    expect(await chain.rest.send(account, { method: 'POST', body: { name: 'anna' } })).toMatchObject({ status: 412 });
    expect(await chain.rest.ok(`${account}?_queryFilter=mail+eq+%22a@example.com%22`)).toMatchObject({ resultCount: 1 });
    expect(await chain.rest.send(`${account}/anna`, { method: 'DELETE', headers: { 'If-Match': '*' } })).toMatchObject({ status: 200 });
    expect(await chain.rest.send(`${account}/anna`, { method: 'DELETE', headers: { 'If-Match': '*' } })).toMatchObject({ status: 404 });
  });

  it('runs system actions on the connector: by source or file, with parameters of body and query [scripted-groovy 17-20, 22-26] [scripted-rest 35-37, 39-41] [scripted-sql 6, 7, 9-11]', async () => {
    expect(await run('scriptId=Product')).toEqual({ status: 200, body: { actions: [{ result: 4 }] } });
    expect(await run('scriptId=MyScript&param2=value2', { param1: 'value1', count: 3 })).toEqual({
      status: 200, body: { actions: [{ result: { args: { param1: 'value1', param2: 'value2', count: 3 }, operation: 'RUNSCRIPTONCONNECTOR', name: 'Create.groovy', people: [] } }] },
    });
    expect(await run('scriptId=Nothing')).toMatchObject({ status: 400, body: { message: 'Script ID: Nothing is not defined.' } });
    expect(JSON.stringify((await run('scriptId=Forbidden')).body)).toMatch(/refused by the policy of this agent/);
    expect(JSON.stringify((await run('scriptId=Groovy')).body)).toMatch(/language \\"groovy\\" cannot run here.*Rewrite it in JavaScript/);
  });

  it('hands them to the script on resource with scriptExecuteMode=resource [scripted-groovy 12, 27, 28] [scripted-rest 33, 42] [scripted-sql 4, 12, 13]', async () => {
    expect(await run('scriptId=Product&scriptExecuteMode=resource&a=1', { b: 2 })).toEqual({
      status: 200, body: { actions: [{ result: { scriptLanguage: 'javascript', scriptText: '2 * 2', scriptArguments: { a: '1', b: 2 }, count: 0 } }] },
    });
  });

  it('runs no script of a folder the agent does not name, and says which line is missing', async () => {
    const { body } = await chain.rest.send('/openidm/system?_action=testConfig', { method: 'POST', body: provisioner('elsewhere', connector, elsewhere) });
    expect(body).toMatchObject({ ok: false });
    expect(JSON.stringify(body)).toContain(JSON.stringify(`scripts: { roots: [${JSON.stringify(elsewhere)}] }`).slice(1, -1));
  });
});
