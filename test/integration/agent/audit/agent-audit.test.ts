import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAgent, type RunningAgent } from '../../../../agent/agent.js';
import { agentCommands } from '../../../../agent/cli/agent-commands.js';
import { runCli } from '../../../../agent/cli/run-cli.js';
import { readConfig } from '../../../../agent/config/load-config.js';
import { systemClock } from '../../../../agent/system-clock.js';
import { facadeKeyOf } from '../../../../protocol/codec/index.js';
import { Attribute, IcfFile, Name, OperationOptions, Uid, type ApiConfiguration, type ConnectorFacade, type ConnectorInfo } from '../../../../protocol/model/index.js';
import { SyslogReceiver } from '../../../support/syslog-receiver.js';
import { RawClient, basic } from '../support/raw-client.js';
import { recordingLog } from '../support/quiet-log.js';
import { makeTestCertificates, type TestCertificates } from '../support/test-certificates.js';
import { startTestController, until, type TestController } from '../support/test-controller.js';
import { secret } from '../../../support/secret-values.js';
import { keepFiles } from '../../../support/evidence.js';

let certificates: TestCertificates;
let directory: string;
let cleanups: (() => Promise<unknown>)[] = [];
beforeAll(async () => { certificates = await makeTestCertificates(); });
afterAll(() => certificates.remove());
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'causeway-agent-audit-')); });
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  cleanups = [];
  keepFiles(directory);
  await rm(directory, { recursive: true, force: true });
});

const SECRET_MAIL = 'ada@secret.example';
const call = { signal: AbortSignal.timeout(60_000), operationId: 'op-42' };
const options = OperationOptions.none;

async function controllerUp(): Promise<TestController> {
  const controller = await startTestController({ tls: certificates.server });
  cleanups.push(() => controller.kill());
  return controller;
}

async function agentUp(port: number, more = ''): Promise<{ agent: RunningAgent; file: string }> {
  const file = join(directory, 'agent.yaml');
  const yaml = `
agent: {name: site-1, shutdownGrace: 2s, stateDirectory: ${join(directory, 'state')}}
tls: {ca: ${certificates.agent.ca}, certificate: ${certificates.agent.certificate}, key: ${certificates.agent.key}}
controllers: [{url: "wss://localhost:${port}/openicf"}]
session: {backoffBase: 50ms, backoffCap: 200ms}
connectors: {enabled: [csv]}
${more}`;
  await writeFile(file, yaml);
  const agent = await startAgent(readConfig(yaml, file), { clock: systemClock, log: recordingLog(), version: 'test' });
  agent.ended.catch(() => undefined);
  cleanups.push(() => agent.stop());
  return { agent, file };
}

async function peopleFacade(controller: TestController): Promise<ConnectorFacade> {
  await writeFile(join(directory, 'people.csv'), `uid,mail\nada,${SECRET_MAIL}\ngrace,grace@secret.example\n`);
  const group = await controller.group();
  const info = (await group.connectorInfos(AbortSignal.timeout(10_000)))[0]!;
  return group.facade(info.key, facadeKeyOf(configured(info, { csvFile: join(directory, 'people.csv'), headerUid: 'uid' })));
}

function configured({ defaultConfiguration }: ConnectorInfo, values: Record<string, string>): ApiConfiguration {
  return {
    ...defaultConfiguration,
    properties: defaultConfiguration.properties.map((property) => (property.name in values ? { ...property, value: property.type === 'File' ? new IcfFile(values[property.name]!) : values[property.name]! } : property)),
  };
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const program = new Command('causeway');
  agentCommands(program, (text) => { out += text; });
  for (const group of program.commands) for (const command of [group, ...group.commands]) command.configureOutput({ writeErr: (text) => { err += text; } });
  const code = await runCli(program, args, (text) => { err += text; });
  return { code, out, err };
}

async function auditText(): Promise<string> {
  const files = (await readdir(join(directory, 'state/audit'))).filter((name) => name.endsWith('.jsonl'));
  return (await Promise.all(files.map((name) => readFile(join(directory, 'state/audit', name), 'latin1')))).join('');
}

describe('an agent', () => {
  it('audits every operation of a controller by default, refused ones too, never a value; and says so in its status', async () => {
    await writeFile(join(directory, 'policy.yaml'), 'version: 1\ndefault: allow\nrules:\n  - {name: no-deletes, effect: deny, operations: [delete]}\n');
    const controller = await controllerUp();
    const { agent, file } = await agentUp(controller.port, `policy: {file: ${join(directory, 'policy.yaml')}}`);
    const facade = await peopleFacade(controller);
    const found: string[] = [];
    for await (const object of facade.stream({ kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options }, call)) found.push(object.uid.value);
    expect(found).toEqual(['ada', 'grace']);
    await facade.perform({ kind: 'create', objectClass: '__ACCOUNT__', attributes: [new Name('linus'), Attribute.of('mail', SECRET_MAIL)], options }, call);
    await expect(facade.perform({ kind: 'delete', objectClass: '__ACCOUNT__', uid: new Uid('ada'), options }, call)).rejects.toMatchObject({ kind: 'permissionDenied' });
    expect(agent.status().audit).toMatchObject({ enabled: true, writable: true, problem: '', lost: 0 });
    const lines = (await auditText()).split('\n').slice(0, -1).map((line) => JSON.parse(line) as Record<string, unknown>);
    const operations = lines.filter(({ kind, operation }) => kind === 'operation' && ['search', 'create', 'delete'].includes(String(operation)));
    expect(operations).toMatchObject([
      { operation: 'search', connector: 'csv', outcome: 'ok', count: 2, objectClass: '__ACCOUNT__', targets: [join(directory, 'people.csv')] },
      { operation: 'create', outcome: 'ok', uid: 'linus', name: 'linus', attributes: ['__NAME__', 'mail'] },
      { operation: 'delete', outcome: 'refused', uid: 'ada', rule: 'no-deletes' },
    ]);
    for (const { operationId, principal, session } of operations) expect([String(operationId).startsWith('op-42'), typeof principal, typeof session]).toEqual([true, 'string', 'string']);
    expect((await run('audit', 'show', '--config', file, '--operation-id', 'op-42', '--json-lines')).out.trim().split('\n')).toHaveLength(3);
    expect(JSON.parse((await run('audit', 'show', '--config', file, '--operation-id', 'op-42', '--json')).out)).toHaveLength(3);
    expect(JSON.parse((await run('audit', 'show', '--config', file, '--from', '2999-01-01T00:00:00Z', '--json')).out)).toEqual([]);
    expect(await auditText()).not.toContain('secret.example');

    const shown = await run('audit', 'show', '--config', file, '--outcome', 'refused', '--json');
    expect((JSON.parse(shown.out) as { uid: string }[]).map(({ uid }) => uid)).toEqual(['ada']);
    expect((await run('audit', 'show', '--config', file, '--object', 'LINUS')).out).toMatch(/ create ok csv __ACCOUNT__ uid=linus name=linus by /);
    expect((await run('audit', 'show', '--config', file, '--operation', 'agent-started')).out).toMatch(/#2 agent-started/);
    expect((await run('audit', 'show', '--config', file, '--from', '2999-01-01T00:00:00Z')).out).toBe('');
    expect(await run('audit', 'verify', '--config', file)).toMatchObject({ code: 0, out: expect.stringMatching(/^ok {5}number 1 to \d+; last hash [0-9a-f]{64}$/m) as string });
  });

  it('says at its end that it has stopped, and what ran is verified after a second start', async () => {
    const controller = await controllerUp();
    for (let start = 0; start < 2; start++) {
      const { agent } = await agentUp(controller.port, 'audit: {key: "a key of more than sixteen bytes"}');
      await agent.stop();
    }
    const text = await auditText();
    expect([...text.matchAll(/"kind":"([a-z-]+)"/g)].map(([, kind]) => kind)).toEqual(['file-begun', 'agent-started', 'agent-stopped', 'agent-started', 'agent-stopped']);
    const { code, out } = await run('audit', 'verify', '--config', join(directory, 'agent.yaml'), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ok: true, lines: 5 });
    expect((await run('audit', 'verify', '--directory', join(directory, 'state/audit'))).out).toContain('is chained with the key');
  });

  it('finds a changed line, names file and line, and ends with 1', async () => {
    const controller = await controllerUp();
    const { agent, file } = await agentUp(controller.port);
    await agent.stop();
    const path = join(directory, 'state/audit/audit-00000001.jsonl');
    await writeFile(path, (await readFile(path, 'latin1')).replace('"kind":"agent-started"', '"kind":"agent-wasnt-on"'), 'latin1');
    const { code, out, err } = await run('audit', 'verify', '--config', file);
    expect(out).toMatch(/^FAULT {2}audit-00000001\.jsonl line 2: \(number 2\) was changed/m);
    expect(err).toContain('not as it was written');
    expect(code).toBe(1);
  });

  it('writes no file when audit is switched off', async () => {
    const controller = await controllerUp();
    const { agent } = await agentUp(controller.port, 'audit: {enabled: false}');
    const facade = await peopleFacade(controller);
    await facade.perform({ kind: 'test' }, call);
    expect(agent.status().audit).toMatchObject({ enabled: false });
    await expect(readdir(join(directory, 'state/audit'))).rejects.toThrow('ENOENT');
  });

  it('does not start without an audit log it is to keep', async () => {
    const controller = await controllerUp();
    await writeFile(join(directory, 'taken'), '');
    await expect(agentUp(controller.port, `audit: {directory: ${join(directory, 'taken')}}`)).rejects.toThrow(/^audit: .*EEXIST/);
  });

  it('audits who became a controller at a listener, and who was refused, without what was offered', async () => {
    const controller = await controllerUp();
    const { agent } = await agentUp(controller.port, `listeners: [{port: 0, address: 127.0.0.1, key: ${secret('key of a listener')}}]`);
    const { port } = agent.status().listeners[0]!;
    for (const [user, key] of [['idm', secret('wrong key')], ['idm', secret('wrong key')], ['idm', secret('key of a listener')]] as const) {
      const client = await RawClient.open(port);
      client.upgrade('/openicf', { Authorization: basic(user, key) });
      await until(() => client.head !== '', 'an answer');
      client.end();
    }
    await until(async () => (await auditText()).split('controller-authentication').length > 2, 'two lines');
    const events = (await auditText()).split('\n').filter((line) => line.includes('controller-authentication')).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events).toMatchObject([
      { outcome: 'refused', detail: { address: '127.0.0.1', port, reason: 'wrong connector server key' } },
      { outcome: 'ok', principal: 'idm', detail: { address: '127.0.0.1', port } },
    ]);
    expect(await auditText()).not.toContain('wrong-key');
  });

  it('audits a request for a connector it has not', async () => {
    const controller = await controllerUp();
    await agentUp(controller.port);
    const group = await controller.group();
    const info = (await group.connectorInfos(AbortSignal.timeout(10_000)))[0]!;
    const facade = group.facade({ ...info.key, connectorName: 'no.such.Connector' }, facadeKeyOf(info.defaultConfiguration));
    await expect(facade.perform({ kind: 'test' }, call)).rejects.toThrow(/Connector not found/);
    await until(async () => (await auditText()).includes('connector-not-opened'), 'the line');
    expect(await auditText()).toContain('"connectorName":"no.such.Connector"');
  });

  it('ships its lines to the syslog receiver of the configuration, the last one too', async () => {
    const siem = new SyslogReceiver();
    await siem.start();
    cleanups.push(() => siem.stop());
    const controller = await controllerUp();
    const { agent } = await agentUp(controller.port, `audit: {shipping: [{name: siem, syslog: {host: 127.0.0.1, port: ${siem.port}, protocol: tcp}}]}`);
    await agent.stop();
    expect(siem.messages.map(({ id }) => id)).toEqual(['file-begun', 'agent-started', 'agent-stopped']);
    expect(siem.messages.every(({ priority }) => priority === 13 * 8 + 5)).toBe(true);
  });
});

describe('causeway audit says what is wrong with the command line', () => {
  it.each<[string, string[], RegExp]>([
    ['no place', ['audit', 'verify'], /Give --config FILE or --directory PATH/],
    ['a directory that is not there', ['audit', 'verify', '--directory', '/nonexistent'], /There is no audit log in \/nonexistent/],
    ['a time that is none', ['audit', 'show', '--directory', '/nonexistent', '--from', 'yesterday'], /--from: expected a time such as/],
    ['an anchor that is none', ['audit', 'verify', '--directory', '/nonexistent', '--anchor', '12'], /--anchor: expected a line's number/],
    ['an outcome that is none', ['audit', 'show', '--outcome', 'fine'], /Allowed choices are ok, failed, refused, left, unknown/],
  ])('%s', async (_title, args, expected) => {
    const { code, err } = await run(...args);
    expect(err).toMatch(expected);
    expect(code).toBe(2);
  });
});
