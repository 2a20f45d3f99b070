import { spawnSync } from 'node:child_process';
import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEnrolmentToken } from '../../../certs/enrolment/token.js';
import { CLI, startAgent, startController, type Agent, type Controller } from '../../support/causeway-processes.js';
import { ADMIN_PASSWORD, makeWorld, type World } from '../../support/causeway-world.js';
import { keepFile } from '../../support/evidence.js';
import { freePorts } from '../../support/free-ports.js';
import { HandMadeAgent } from '../../support/hand-made-agent.js';
import { privateNumbers } from '../../support/private-numbers.js';
import { ldapProvisioner } from '../../support/provisioners.js';
import type { Json } from '../../support/rest-client.js';
import { holdToken, secret } from '../../support/secret-values.js';
import { until } from '../../support/until.js';
import { HEAP_HOLDERS } from '../../secret-search/heap-holders.js';
import { searchHeap } from '../../secret-search/heap-snapshot.js';
import { PatternSet } from '../../secret-search/pattern-search.js';
import { spellingsOf } from '../../secret-search/spellings.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import { RawClient, basic } from './support/raw-client.js';

/** Every secret of the run, by what it is for. */
const SECRETS = {
  gateway: secret('gateway'), oauth: secret('oauth'), listener: secret('listener'), relay: secret('relay'), proxy: secret('proxy'),
  storeBind: secret('storeBind'), commandBind: secret('commandBind'), wrongFile: secret('wrongFile'), notAllowed: secret('notAllowed'), elsewhere: secret('elsewhere'),
  rotated: secret('rotated'), clearBind: secret('clearBind'), newUser: secret('newUser'), refusedUser: secret('refusedUser'), login: secret('login'), commandError: secret('commandError'),
};
const PEOPLE = 'ou=people,dc=example,dc=com';

let world: World;
let ldap: OpenLdap;
let controller: Controller;
let agent: Agent;
let tokenEndpoint: Server;
let relayListener: Server;
let proxy: Server;
/** At the agent's listener, with its key, to the end. */
let accepted: RawClient | undefined;
/** Everything the controller's clients were answered. */
const answers: string[] = [];
const asked: Record<string, number> = {};

function person(uid: string, password: string): string {
  return `dn: uid=${uid},${PEOPLE}\nobjectClass: inetOrgPerson\nuid: ${uid}\ncn: ${uid}\nsn: ${uid}\nuserPassword: ${password}\n\n`;
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return (server.address() as AddressInfo).port;
}

/** Answers with all it was told, as badly written servers do. */
function echoing(what: string): Server {
  const toldBy = (authorization = '', body = ''): string => {
    asked[what] = (asked[what] ?? 0) + 1;
    return `${authorization} ${Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString('utf8')} ${body}`.replaceAll(/[^\x20-\x7e]/g, '');
  };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      const told = toldBy(request.headers.authorization, Buffer.concat(parts).toString('utf8'));
      response.writeHead(401, told, { 'content-type': 'application/json', 'x-told': told }).end(JSON.stringify({ error: 'invalid_client', error_description: told }));
    });
  });
  return server.on('connect', (request, socket) => {
    socket.on('error', () => undefined);
    const told = toldBy(request.headers['proxy-authorization']);
    socket.end(`HTTP/1.1 407 ${told}\r\nx-told: ${told}\r\n\r\n${told}`);
  });
}

function setSecret(config: string, name: string, value: string): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'secrets', 'set', name, '--config', config], { input: `${value}\n`, env: { ...process.env, NODE_OPTIONS: '' }, encoding: 'utf8' });
  expect([status, stdout, stderr]).toEqual([0, expect.stringMatching(new RegExp(`^${name}: `)), '']);
}

async function send(path: string, body?: unknown): Promise<Json & { readonly status?: unknown }> {
  const answer = await controller.rest.send(`/openidm/system/${path}`, body === undefined ? {} : { method: 'POST', body });
  answers.push(JSON.stringify(answer));
  return answer.body;
}

async function prepare(): Promise<string> {
  world = await makeWorld();
  ldap = await startOpenLdap({ ldif: person('by-store', SECRETS.storeBind) + person('by-command', SECRETS.commandBind) });
  await writeFile(world.path('relay.key'), SECRETS.relay, { mode: 0o600 });
  await writeFile(world.path('wrong-bind'), SECRETS.wrongFile, { mode: 0o600 });
  await writeFile(world.path('elsewhere'), SECRETS.elsewhere, { mode: 0o600 });
  for (const [name, secret] of [['listener', SECRETS.listener], ['bind', SECRETS.commandBind]] as const) {
    await writeFile(world.path(`${name}.sh`), `#!/bin/sh\necho ${SECRETS.commandError} >&2\necho ${secret}\n`);
    await chmod(world.path(`${name}.sh`), 0o700);
  }
  await writeFile(world.path('broken.sh'), `#!/bin/sh\necho ${SECRETS.commandError}\necho ${SECRETS.commandError} >&2\nexit 1\n`);
  await chmod(world.path('broken.sh'), 0o700);
  Object.assign(process.env, { TEST_OAUTH_SECRET: SECRETS.oauth, CAUSEWAY_SECRET_NOT_ALLOWED: SECRETS.notAllowed, CREDENTIALS_DIRECTORY: world.directory });
  const early = world.path('early.yaml');
  await writeFile(early, JSON.stringify({ agent: { name: 'site1', stateDirectory: world.path('site1-state') }, controllers: [{ url: 'wss://c/openicf' }] }));
  setSecret(early, 'gateway', SECRETS.gateway);
  setSecret(early, 'ldap/bind', SECRETS.storeBind);
  return early;
}

const SYSTEMS: Readonly<Record<string, object>> = {
  good: { principal: `uid=by-store,${PEOPLE}`, credentials: 'secret://store/ldap/bind' },
  command: { principal: `uid=by-command,${PEOPLE}`, credentials: 'secret://command/bind' },
  wrong: { principal: `uid=by-store,${PEOPLE}`, credentials: 'secret://file/wrong-bind' },
  clear: { principal: `uid=by-store,${PEOPLE}`, credentials: SECRETS.clearBind },
  denied: { principal: `uid=by-store,${PEOPLE}`, credentials: 'secret://env/NOT_ALLOWED' },
  elsewhere: { host: 'localhost', credentials: 'secret://credential/elsewhere' },
  absent: { credentials: 'secret://store/nobody' },
  broken: { credentials: 'secret://command/broken' },
  odd: { principal: 'secret://store/ldap/bind' },
  base: { baseContexts: ['secret://store/ldap/bind'] },
};

beforeAll(async () => {
  await prepare();
  for (const [name, properties] of Object.entries(SYSTEMS)) await world.provisioner(name, ldapProvisioner(ldap, 'site1', properties, name));
  await world.provisioner('admin', ldapProvisioner(ldap, 'site1', {}, 'admin'));
  tokenEndpoint = echoing('oauth');
  relayListener = echoing('relay');
  proxy = echoing('proxy');
  const [tokens, relay, proxyPort] = [await listening(tokenEndpoint), await listening(relayListener), await listening(proxy)];
  const [enrolmentPort] = await freePorts(1) as [number];
  const snapshots = ['--heapsnapshot-signal=SIGUSR2', '--heap-snapshot-string-limit=1000000', `--diagnostic-dir=${world.directory}`];
  controller = await startController(world, { nodeOptions: snapshots, config: { enrolment: { port: enrolmentPort, address: '127.0.0.1', authority: world.path('ca') }, log: { level: 'trace' } } });
  const rule = (secret: string, more: object = {}): object => ({ secret, connector: 'ldap', targets: [`127.0.0.1:${ldap.port}`], ...more });
  agent = await startAgent(world, {
    nodeOptions: snapshots,
    config: {
      controllers: [
        { url: controller.gatewayUrl, auth: { principal: 'site1', password: { store: 'gateway' } } },
        { url: `ws://127.0.0.1:${relay}/openicf`, auth: { oauth: { tokenEndpoint: `http://127.0.0.1:${tokens}/token`, clientId: 'c', clientSecret: { env: 'TEST_OAUTH_SECRET' } } } },
        { url: `ws://127.0.0.1:${relay}/other`, proxy: { host: '127.0.0.1', port: proxyPort, principal: 'p', password: SECRETS.proxy } },
      ],
      listeners: [{ port: 0, address: '127.0.0.1', key: { command: 'listener' } }],
      relays: [{ name: 'legacy', url: `ws://127.0.0.1:${relay}/openicf`, key: { file: 'relay.key' } }],
      secrets: {
        refresh: '1s', directories: ['.'],
        commands: { listener: { argv: ['./listener.sh'] }, bind: { argv: ['./bind.sh'] }, broken: { argv: ['./broken.sh'] } },
        allow: [
          rule('store/ldap/*'), rule('store/ldap/bind', { properties: ['baseContexts'] }), rule('store/nobody'), rule('command/*'), rule('file/wrong-bind'),
          rule('credential/elsewhere', { targets: ['ldap.other.example'] }),
        ],
      },
      log: { level: 'trace' },
    },
  });
  await controller.systemReady('good');
  const token = await enrolled(enrolmentPort);
  await exercise();
  await searchForAll(token);
}, 180_000);

afterAll(async () => {
  for (const name of ['TEST_OAUTH_SECRET', 'CAUSEWAY_SECRET_NOT_ALLOWED', 'CREDENTIALS_DIRECTORY']) Reflect.deleteProperty(process.env, name);
  accepted?.socket.destroy();
  await agent.process.kill();
  await controller.process.kill();
  await ldap.stop();
  for (const server of [tokenEndpoint, relayListener, proxy]) {
    server.closeAllConnections();
    server.close();
  }
  await world.remove();
});

/** An agent enrols by a token; the secret in it. */
async function enrolled(port: number): Promise<string> {
  const { stdout } = spawnSync(process.execPath, [CLI, 'controller', 'enrolment', 'token', '--agent', 'other', '--config', world.path('controller.yaml')], { env: { ...process.env, NODE_OPTIONS: '' }, encoding: 'utf8' });
  const token = holdToken(stdout.trim());
  expect(await new HandMadeAgent().enrol(port, token)).toMatchObject({ status: 200 });
  return parseEnrolmentToken(token).revealSecret();
}

const results: Record<string, Json> = {};

/** Every secret is used, rightly and wrongly. */
async function exercise(): Promise<void> {
  for (const system of [...Object.keys(SYSTEMS), 'admin']) results[system] = await send(`${system}?_action=test`, {});
  for (const system of Object.keys(SYSTEMS)) answers.push(JSON.stringify(await send(`${system}/account?_queryFilter=true&_fields=uid`)));
  const user = (uid: string, password: string): Json => ({ dn: `uid=${uid},${PEOPLE}`, uid, cn: uid, sn: uid, password });
  results['create'] = await send('admin/account?_action=create', user('new', SECRETS.newUser));
  results['again'] = await send('admin/account?_action=create', user('new', SECRETS.refusedUser));
  results['login'] = await send(`admin/account?_action=authenticate&username=new&password=${SECRETS.newUser}`, {});
  results['wrongLogin'] = await send(`admin/account?_action=authenticate&username=new&password=${SECRETS.login}`, {});
  setSecret(world.path('early.yaml'), 'ldap/bind', SECRETS.rotated); // and the target keeps the old one
  await until(async () => (await send('good?_action=test', {}))['ok'] === false, 'the rotated secret to be used', 30_000, 300);
  setSecret(world.path('early.yaml'), 'ldap/bind', SECRETS.storeBind);
  await until(async () => (await send('good?_action=test', {}))['ok'] === true, 'the secret to be right again', 30_000, 300);
  const port = agent.process.logged('Started.').flatMap(({ fields }) => (fields['listeners'] as number[] | undefined) ?? [])[0] ?? 0;
  for (const [key, expected] of [['wrong', ' 403 '], [SECRETS.listener, ' 101 ']] as const) {
    const client = await RawClient.open(port);
    client.upgrade('/openicf', { Authorization: basic('anonymous', key) });
    await until(() => client.head !== '', 'the listener to answer');
    expect(client.head.split('\r\n', 1)[0]).toContain(expected);
    if (key === 'wrong') client.socket.destroy();
    else accepted = client;
  }
  await until(() => ['relay', 'oauth', 'proxy'].every((what) => asked[what] !== undefined), 'relay, token endpoint and proxy to be asked');
}

/** All that is searched for: what is above, what the processes of the world have in their files, and the one in the enrolment token. */
const names: string[] = [];
const patterns = new PatternSet();
function searchFor(name: string, kind: 'text' | 'bytes', value: Buffer): void {
  for (const spelling of spellingsOf({ name, kind, value: value.toString('base64') })) patterns.add(spelling, names.length);
  names.push(name);
}

/** Which secrets a text holds. */
const hits = (text: string | Buffer): string[] => [...patterns.ownersIn(typeof text === 'string' ? Buffer.from(text) : text)].map((owner) => names[owner] ?? '');

async function searchForAll(token: string): Promise<void> {
  for (const [name, value] of Object.entries({ ...SECRETS, 'password of the administrator': ADMIN_PASSWORD, 'password of the directory manager': ldap.adminPassword, 'enrolment token': token })) searchFor(name, 'text', Buffer.from(value));
  for (const [name, file] of Object.entries({ agentKey: world.path('site1', 'site1.key'), controllerKey: world.controllerKeys.key, authorityKey: world.path('ca', 'ca.key') })) {
    const numbers = privateNumbers(await readFile(file, 'utf8'));
    expect(numbers.length).toBeGreaterThan(0);
    for (const number of numbers) searchFor(name, 'bytes', number);
  }
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('secrets that were used, rightly and wrongly,', () => {
  it('did what they are for', () => {
    expect(results).toMatchObject({ good: { ok: true }, command: { ok: true }, admin: { ok: true }, create: { uid: 'new' }, login: { _id: expect.any(String) as string }, base: { ok: false } });
    expect(results['denied']?.['error']).toMatch(/secret:\/\/env\/NOT_ALLOWED may not be used for the connector ldap.*secrets\.allow/);
    expect(results['elsewhere']?.['error']).toMatch(/secret:\/\/credential\/elsewhere may not be used at localhost:/);
    expect(results['absent']?.['error']).toMatch(/'credentials' of LDAP.*secret:\/\/store\/nobody cannot be had\. .*no entry nobody/);
    expect(results['broken']?.['error']).toMatch(/secret:\/\/command\/broken cannot be had\. The secret command broken ended with exit code 1/);
    expect(results['odd']?.['error']).toMatch(/'principal' of LDAP.*may not be used in this property/);
    for (const system of ['wrong', 'clear']) expect(results[system]).toMatchObject({ ok: false, error: 'Connection Error' });
  });

  it('are in no answer of the controller', () => {
    expect(answers.length).toBeGreaterThan(20);
    expect(hits(answers.join('\n'))).toEqual([]);
  });

  it("are in no line of the agent's output at level trace, and of the controller's", () => {
    const lines = agent.process.lines.map(({ text, fields }) => `${text} ${JSON.stringify(fields)}`);
    expect(lines.some((line) => line.includes('"level":20'))).toBe(true);
    for (const line of [...lines, ...controller.process.lines.map(({ text, fields }) => `${text} ${JSON.stringify(fields)}`)]) expect([line, hits(line)]).toEqual([line, []]);
  });

  it('are in no file the agent writes: state, audit, the encrypted store', async () => {
    const state = world.path('site1-state');
    const files = await filesBelow(state);
    expect(files.map((file) => relative(state, file))).toEqual(expect.arrayContaining(['secrets/store.json']));
    for (const file of files) if (!file.endsWith('.key')) expect([file, hits(await readFile(file))]).toEqual([file, []]);
    const audit = (await Promise.all(files.filter((file) => file.includes('audit')).map((file) => readFile(file, 'utf8')))).join('');
    for (const event of ['secret-used', 'secret-refused']) expect(audit).toContain(event);
  });

  it('are not on the command line of the agent', async () => {
    expect(hits(await readFile(`/proc/${agent.process.pid}/cmdline`, 'latin1'))).toEqual([]);
  });

  it.each(['agent', 'controller'] as const)('are in a heap snapshot of the %s only where there is a reason', async (which) => {
    const { process: { pid } } = which === 'agent' ? agent : controller;
    const before = await readdir(world.directory);
    (which === 'agent' ? agent : controller).process.signal('SIGUSR2');
    let json = '';
    await until(async () => {
      const name = (await readdir(world.directory)).find((file) => file.endsWith('.heapsnapshot') && file.includes(`.${pid}.`) && !before.includes(file));
      if (name === undefined) return false;
      const text = await readFile(world.path(name), 'utf8');
      if (!text.endsWith(']}') && !text.endsWith(']}\n')) return false; // still being written
      keepFile('heap', `${which}.heapsnapshot`, world.path(name));
      json = text;
      return true;
    }, 'the heap snapshot', 50_000, 500);
    const { texts, hits: found } = searchHeap(json, patterns);
    expect(texts).toBeGreaterThan(10_000);
    const held = found.map(({ owner, path }) => {
      const secretName = names[owner] ?? '';
      return { secretName, path, why: HEAP_HOLDERS.find((holder) => holder.process === which && holder.secret.test(secretName) && holder.path.test(path))?.why };
    });
    console.info(`Secrets on the heap of the ${which}: ${held.length} in ${texts} texts.`);
    for (const { secretName, why } of new Map(held.map((each) => [`${each.secretName} ${each.why}`, each])).values()) if (why !== undefined) console.info(`  ${secretName}: ${why}`);
    expect(held.filter(({ why }) => why === undefined).map(({ secretName, path }) => `${secretName} at ${path}`)).toEqual([]);
  }, 120_000);
});
