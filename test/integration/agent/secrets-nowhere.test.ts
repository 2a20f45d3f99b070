import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI, startAgent, startController, type Agent, type Controller } from '../../support/causeway-processes.js';
import { makeWorld, type World } from '../../support/causeway-world.js';
import { ldapProvisioner } from '../../support/provisioners.js';
import type { Json } from '../../support/rest-client.js';
import { until } from '../../support/until.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import { RawClient, basic } from './support/raw-client.js';

const distinctive = (what: string): string => `DISTINCTIVE-${what}-${randomBytes(9).toString('hex')}`;
/** Every secret of the run, by what it is for. */
const SECRETS = {
  gateway: distinctive('gateway'), oauth: distinctive('oauth'), listener: distinctive('listener'), relay: distinctive('relay'), proxy: distinctive('proxy'),
  storeBind: distinctive('store'), commandBind: distinctive('command'), wrongFile: distinctive('file'), notAllowed: distinctive('environment'), elsewhere: distinctive('credential'),
  rotated: distinctive('rotated'), clearBind: distinctive('clear'), newUser: distinctive('new'), refusedUser: distinctive('refused'), login: distinctive('login'), commandError: distinctive('stderr'),
};
/** Strings cannot be overwritten: which secrets a heap snapshot may show, and why. Guarded ones and those of files do not show. */
const ON_THE_HEAP: Readonly<Record<string, string>> = {
  gateway: 'Authorization header of an open WebSocket, kept by the HTTP client for its life',
  relay: 'Authorization header of the last attempt, kept by the HTTP client until it is collected',
  proxy: 'proxy URL with credentials of the last attempt, kept by the HTTP client until it is collected',
  oauth: 'form or header of the last token request, kept by the HTTP client until it is collected',
  storeBind: 'the operator allowed it in a text property (baseContexts), which the connector holds as plain text',
};
const PEOPLE = 'ou=people,dc=example,dc=com';

let world: World;
let ldap: OpenLdap;
let controller: Controller;
let agent: Agent;
let tokenEndpoint: Server;
let relayListener: Server;
let proxy: Server;
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
  controller = await startController(world);
  const rule = (secret: string, more: object = {}): object => ({ secret, connector: 'ldap', targets: [`127.0.0.1:${ldap.port}`], ...more });
  agent = await startAgent(world, {
    nodeOptions: ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${world.directory}`],
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
  await exercise();
}, 180_000);

afterAll(async () => {
  for (const name of ['TEST_OAUTH_SECRET', 'CAUSEWAY_SECRET_NOT_ALLOWED', 'CREDENTIALS_DIRECTORY']) Reflect.deleteProperty(process.env, name);
  await agent.process.kill();
  await controller.process.kill();
  await ldap.stop();
  for (const server of [tokenEndpoint, relayListener, proxy]) {
    server.closeAllConnections();
    server.close();
  }
  await world.remove();
});

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
    client.socket.destroy();
  }
  await until(() => ['relay', 'oauth', 'proxy'].every((what) => asked[what] !== undefined), 'relay, token endpoint and proxy to be asked');
}

/** Each secret as it is, in hexadecimal, and in Base64 with anything before it. */
const SPELLINGS = Object.entries(SECRETS).map(([what, secret]): [string, string[]] => [
  what, [secret, Buffer.from(secret).toString('hex'), ...['', 'x', 'xx'].map((before) => Buffer.from(`${before}${secret}`).toString('base64').slice(4, -8))],
]);

/** Which secrets a text holds. */
function hits(text: string): string[] {
  return SPELLINGS.filter(([, spellings]) => spellings.some((spelling) => text.includes(spelling))).map(([what]) => what);
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
    for (const file of files) expect([file, hits((await readFile(file)).toString('latin1'))]).toEqual([file, []]);
    const audit = (await Promise.all(files.filter((file) => file.includes('audit')).map((file) => readFile(file, 'utf8')))).join('');
    for (const event of ['secret-used', 'secret-refused']) expect(audit).toContain(event);
  });

  it('are not on the command line of the agent', async () => {
    expect(hits(await readFile(`/proc/${agent.process.pid}/cmdline`, 'latin1'))).toEqual([]);
  });

  it('are in a heap snapshot only where a library or the configuration holds them', async () => {
    agent.process.signal('SIGUSR2');
    let strings: string[] = [];
    await until(async () => {
      const name = (await readdir(world.directory)).find((file) => file.endsWith('.heapsnapshot'));
      if (name === undefined) return false;
      try {
        ({ strings } = JSON.parse(await readFile(world.path(name), 'utf8')) as { strings: string[] });
        return true;
      } catch {
        return false; // still being written
      }
    }, 'the heap snapshot', 50_000, 500);
    expect(strings.length).toBeGreaterThan(10_000);
    const held = strings.flatMap((text) => hits(text).map((what): [string, string] => [what, text.slice(0, 90)]));
    const found = Object.fromEntries(held.map(([what]) => [what, held.filter(([other]) => other === what).map(([, text]) => text)]));
    const unexplained = Object.keys(found).filter((what) => !Object.hasOwn(ON_THE_HEAP, what));
    expect(Object.fromEntries(unexplained.map((what) => [what, found[what]]))).toEqual({});
    console.info('Secrets on the heap, and why:', Object.fromEntries(Object.keys(found).map((what) => [what, ON_THE_HEAP[what]])));
  });
});
