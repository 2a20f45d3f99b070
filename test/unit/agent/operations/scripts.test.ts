import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditStage } from '../../../../agent/audit/audited-facade.js';
import { OperationsUnderWay } from '../../../../agent/audit/operations-under-way.js';
import { AgentExecutor } from '../../../../agent/operations/executor.js';
import { scriptHost, type ScriptHost } from '../../../../agent/operations/script-host.js';
import { LivePolicy } from '../../../../agent/policy/live-policy.js';
import { policyStage } from '../../../../agent/policy/policed-facade.js';
import { scriptDigest } from '../../../../agent/policy/script-allowance.js';
import { openWriteJournal } from '../../../../agent/journal/write-journal.js';
import { facadeKeyOf } from '../../../../protocol/codec/index.js';
import { ConnectorError, GuardedString, OperationOptions, Script, type ApiOperation, type ConnectorFacade, type IcfValue } from '../../../../protocol/model/index.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { KeptAudit } from '../../../support/kept-audit.js';
import { MemoryTarget, memoryConnector } from '../../../support/memory-connector.js';
import { configured } from '../../../support/memory-facade.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { sandboxWorker } from '../../../support/sandbox-worker.js';
import { until } from '../../../support/until.js';
import { FaultyDisk } from '../journal/faulty-disk.js';

const origin = { peerSessionId: 'S', principal: 'cloud', messageId: 7, locale: undefined };
const SECRET = 'target-Pass-77';

let directory: string;
let worker: URL;
const hosts: ScriptHost[] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-scripted-'));
  worker = await sandboxWorker();
}, 60_000);
afterAll(async () => {
  await Promise.all(hosts.map((host) => host.close()));
  await rm(directory, { recursive: true, force: true });
});

let policies = 0;

/** An agent's executor with everything operations pass, and a policy that allows the scripts. */
async function agent({ policy = '', allowed = [] as string[], connector: extra = {}, timeouts = new Map<ApiOperation, number>() } = {}) {
  const file = join(directory, `policy-${++policies}.yaml`);
  await writeFile(file, `version: 1\ndefault: allow\n${policy}scripts: {sha256: [${allowed.map(scriptDigest).join(', ')}]}\n`);
  const [log, clock, audit, target] = [recordedLog(), new FakeClock(), new KeptAudit(), new MemoryTarget()];
  const live = await LivePolicy.start({ file, checkInterval: 2_000, stateDirectory: directory, clock, log, audit: { event: async () => undefined } });
  const journal = await openWriteJournal({ disk: new FaultyDisk(), log, maxSize: 64 * 1024 ** 2, retention: 86_400_000 });
  const connector = { ...memoryConnector(target), ...extra };
  const audited = auditStage({ audit, underWay: new OperationsUnderWay(clock), clock });
  const policed = policyStage(live, async (operationId) => await journal.find(operationId) !== undefined);
  const host = scriptHost({ timeout: 20_000, cpuTime: 5_000, memory: 32 * 1024 ** 2, valueSize: 1024 ** 2, calls: 1_000, roots: [], workers: 2, operationWorkers: 2, queue: 4, queueTime: 5_000, idle: 60_000 }, [audited, policed], worker);
  hosts.push(host);
  let asked = 0;
  const scripts: ScriptHost = { ...host, sandbox: () => { asked += 1; return host.sandbox(); } };
  const executor = new AgentExecutor({
    enabled: ['memory'], load: async () => connector, maxFacades: 5, facadeIdle: 60_000, stateDirectory: directory, clock, log, journal, scripts, stages: [audited, policed],
  });
  const configuration = configured(connector, { host: 'ldap.example', credentials: new GuardedString(SECRET) }, { timeouts });
  const facade = await executor.facadeFor(connector.key, facadeKeyOf(configuration), origin);
  return { facade, target, log, audit, live, executor, asked: () => asked };
}

let operations = 0;
function script(facade: ConnectorFacade, text: string, given: Record<string, IcfValue> = {}, language = 'JavaScript'): Promise<IcfValue> {
  operations += 1;
  return facade.perform(
    { kind: 'scriptOnConnector', script: new Script(language, text), scriptArguments: new Map(Object.entries(given)), options: OperationOptions.of({ verbose: true }) },
    { signal: new AbortController().signal, operationId: `op-${operations}`, once: true },
  );
}
async function refusal(running: Promise<unknown>): Promise<ConnectorError> {
  const error: unknown = await running.then((value) => new Error(`it gave ${String(value)}`), (reason: unknown) => reason);
  if (!(error instanceof ConnectorError)) throw error;
  return error;
}

describe('a script on the connector', () => {
  it('goes to a connector that has it as an action of its own, and any other to the sandbox', async () => {
    const own = { operations: { ...memoryConnector(new MemoryTarget()).operations, scriptOnConnector: async () => 'its own' }, isOwnScript: ({ scriptArguments }: { scriptArguments: ReadonlyMap<string, IcfValue> }) => scriptArguments.has('action') };
    const { facade, asked } = await agent({ allowed: ['return 1'], connector: own });
    expect(await script(facade, 'return 1', { action: 'x' })).toBe('its own');
    expect(asked()).toBe(0);
    expect(await script(facade, 'return 1')).toBe(1);
    expect(await refusal(script(facade, 'return 2', { action: 'x' }))).toMatchObject({ kind: 'permissionDenied' });
  });

  it('is refused by a policy that does not name it, and reaches no sandbox', async () => {
    const { facade, audit, asked } = await agent({ allowed: ['return 1'] });
    expect(await refusal(script(facade, 'return 2'))).toMatchObject({ kind: 'permissionDenied' });
    expect(asked()).toBe(0);
    expect(await script(facade, 'return 1')).toBe(1);
    expect(asked()).toBe(1);
    expect(audit.records).toEqual([
      expect.objectContaining({ operation: 'scriptOnConnector', outcome: 'refused', rule: 'scripts' }),
      expect.objectContaining({ operation: 'scriptOnConnector', outcome: 'ok', scriptSha256: scriptDigest('return 1') }),
    ]);
  });

  it('has connector, configuration without secrets, options, args, and its arguments by name [ldap 8] [scripted-groovy 13, 15, 16] [scripted-sql 5, 19, 20] [scripted-rest 33, 34] [oracle-ebs 38] [sap-hana-database 35]', async () => {
    const text = 'return [configuration.host, "credentials" in configuration, options.verbose, args.first, first, typeof connector.search, operation]';
    const { facade } = await agent({ allowed: [text] });
    expect(await script(facade, text, { first: 'one', connector: 'mine' })).toEqual(['ldap.example', false, true, 'one', 'one', 'function', 'RUNSCRIPTONCONNECTOR']);
  });

  it('reads and writes by operations of its own, each audited under the script\'s id', async () => {
    const text = `
      const uid = await connector.create('__ACCOUNT__', { __NAME__: 'bea', mail: ['b@example.com', 'bea@example.com'], __PASSWORD__: 'Secret-77' });
      await connector.update('__ACCOUNT__', uid, { title: 'Dr' });
      await connector.addValues('__ACCOUNT__', uid, { mail: 'third@example.com' });
      const [found] = await connector.search('__ACCOUNT__', icf.filter.and(icf.filter.startsWith('__NAME__', 'be'), icf.filter.not(icf.filter.present('fax'))), { attributesToGet: ['mail', 'title'] });
      const names = [];
      await connector.search('__ACCOUNT__', null, (object) => { names.push(object.name); });
      const missing = await connector.get('__ACCOUNT__', 'u9999');
      await connector.delete('__ACCOUNT__', 'u1');
      let error;
      try { await connector.delete('__ACCOUNT__', 'u1') } catch (caught) { error = caught.kind }
      return { found: [found.name, found.attributes.mail, found.attributes.title], names, missing, error };`;
    const { facade, target, audit } = await agent({ allowed: [text] });
    target.add('u1', { mail: 'a@example.com' });
    expect(await script(facade, text)).toEqual(new Map<string, IcfValue>([
      ['found', ['bea', ['b@example.com', 'bea@example.com', 'third@example.com'], ['Dr']]], ['names', ['u1', 'bea']], ['missing', null], ['error', 'unknownUid'],
    ] as never));
    expect([...target.objects.keys()]).toEqual(['u0001']);
    expect(target.openSearches).toBe(0);
    const id = `op-${operations}`;
    expect(audit.records.map(({ operation, operationId, outcome }) => [operation, operationId?.startsWith(`${id}/`) === true || operationId === id, outcome])).toEqual([
      ['create', true, 'ok'], ['update', true, 'ok'], ['update', true, 'ok'], ['search', true, 'ok'], ['search', true, 'ok'], ['get', true, 'ok'], ['delete', true, 'ok'], ['delete', true, 'failed'], ['scriptOnConnector', true, 'ok'],
    ]);
  });

  it('may do what its caller may, and nothing more', async () => {
    const text = 'const tried = []; for (const work of [() => connector.delete("__ACCOUNT__", "u1"), () => connector.search("__GROUP__"), () => connector.create("__ACCOUNT__", { __NAME__: "x", salary: 1 })]) { try { await work(); tried.push("done") } catch (error) { tried.push(error.kind + ": " + error.message) } } return tried';
    const policy = 'rules:\n  - {name: no-deletes, effect: deny, operations: [delete]}\n  - {name: people, effect: allow, objectClasses: [__ACCOUNT__], attributes: {write: {allow: [__NAME__]}}}\n  - {name: scripts, effect: allow, operations: [script]}\n  - {name: rest, effect: deny}\n';
    const { facade, target } = await agent({ allowed: [text], policy });
    target.add('u1');
    expect(await script(facade, text)).toEqual([expect.stringMatching(/^permissionDenied: .*no-deletes/), expect.stringMatching(/^permissionDenied: .*rest/), expect.stringMatching(/^permissionDenied: .*salary/)]);
    expect([...target.objects.keys()]).toEqual(['u1']);
  });

  it('streams: stops where its handler says so, and closes what it leaves open', async () => {
    const text = 'let seen = 0; const end = await connector.search("__ACCOUNT__", null, null, () => { seen += 1; return seen < 3 }); const deltas = await connector.sync("__ACCOUNT__", 0); return [seen, end.stopped, deltas.results.length, deltas.token, deltas.results[0].kind]';
    const { facade, target } = await agent({ allowed: [text] });
    for (let at = 0; at < 500; at += 1) target.add(`u${at}`);
    expect(await script(facade, text)).toEqual([3, true, 500, 500, 'CREATE']);
    expect(target.openSearches).toBe(0);
  });

  it('that fails or is stopped closes its searches, and its error tells whether anything may have been changed', async () => {
    const reads = 'await connector.search("__ACCOUNT__", null, () => { for (;;); })';
    const writes = 'await connector.create("__ACCOUNT__", { __NAME__: "x" }); for (;;);';
    const throws = 'connector.search("__ACCOUNT__", null, () => {}); throw new Error("no")';
    const { facade, target } = await agent({ allowed: [reads, writes, throws], timeouts: new Map<ApiOperation, number>([['ScriptOnConnectorApiOp', 400]]) });
    target.add('u1');
    expect(await refusal(script(facade, reads))).toMatchObject({ kind: 'operationTimeout', outcome: 'notApplied' });
    expect(await refusal(script(facade, writes))).toMatchObject({ kind: 'operationTimeout', outcome: 'unknown', retryable: false });
    expect(await refusal(script(facade, throws))).toMatchObject({ kind: 'connector', outcome: undefined });
    expect(target.openSearches).toBe(0);
  });

  it('whose caller leaves is ended, and told by what it had done', async () => {
    const waits = 'await sleep(1e6)';
    const wrote = 'await connector.create("__ACCOUNT__", { __NAME__: "x" }); await sleep(1e6)';
    const { facade, target } = await agent({ allowed: [waits, wrote] });
    const leaving = async (text: string, ready: () => boolean): Promise<ConnectorError> => {
      const controller = new AbortController();
      const running = refusal(facade.perform({ kind: 'scriptOnConnector', script: new Script('js', text), scriptArguments: new Map(), options: OperationOptions.none }, { signal: controller.signal }));
      await until(ready, 'the script to get so far');
      controller.abort();
      return running;
    };
    expect(await leaving(waits, () => true)).toMatchObject({ outcome: 'notApplied' });
    expect(await leaving(wrote, () => target.objects.size === 1)).toMatchObject({ outcome: 'unknown' });
  });

  it('in Groovy is refused with what to do, and told not to have been carried out', async () => {
    const { facade } = await agent({ allowed: ['return 1'] });
    const error = await refusal(script(facade, 'return 1', {}, 'GROOVY'));
    expect(error).toMatchObject({ kind: 'illegalArgument', outcome: 'notApplied' });
    expect(error.message).toMatch(/"GROOVY".*JavaScript/);
  });

  it('that came before under its id is not run again', async () => {
    const text = 'await connector.create("__ACCOUNT__", { __NAME__: "once" }); return 1';
    const { facade, target } = await agent({ allowed: [text] });
    const operation = { kind: 'scriptOnConnector', script: new Script('js', text), scriptArguments: new Map(), options: OperationOptions.none } as const;
    const call = { signal: new AbortController().signal, operationId: 'once-1', once: true };
    expect(await facade.perform(operation, call)).toBe(1);
    expect(await refusal(facade.perform(operation, call))).toMatchObject({ outcome: 'applied' });
    expect(target.objects.size).toBe(1);
  });

  it('is not offered where the configuration leaves it out, and a blank one makes no sense', async () => {
    const { facade } = await agent({ allowed: [' '] });
    expect(await refusal(script(facade, ' '))).toMatchObject({ kind: 'illegalArgument' });
    expect(facade.supportedOperations.has('ScriptOnConnectorApiOp')).toBe(true);
  });
});
