import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI, spawnCauseway, startAgent, startController, type Agent, type Controller } from '../../support/causeway-processes.js';
import { makeWorld, type World } from '../../support/causeway-world.js';
import { keepText } from '../../support/evidence.js';
import { csvProvisioner } from '../../support/provisioners.js';
import type { Json } from '../../support/rest-client.js';
import { until } from '../../support/until.js';

const execute = promisify(execFile);
const ACCOUNT = '/openidm/system/csv/account';
const PEOPLE = ['uid,firstName,lastName,email,badge,password', ...Array.from({ length: 12 }, (_, n) => `p${n},First,Last,p${n}@example.com,${100 + n},pw`), ''].join('\n');
const OPEN = 'version: 1\ndefault: allow\n';

let world: World;
let controller: Controller;
let agent: Agent;
let policyFile: string;
const config = () => ({ policy: { file: policyFile, checkInterval: '100ms' } });

beforeAll(async () => {
  world = await makeWorld();
  policyFile = world.path('policy.yaml');
  await writeFile(world.path('people.csv'), PEOPLE);
  await writeFile(policyFile, OPEN);
  await world.provisioner('csv', csvProvisioner(world.path('people.csv'), 'site1'));
  controller = await startController(world);
  agent = await startAgent(world, { controller, config: config() });
  await controller.systemReady('csv');
}, 60_000);
afterAll(async () => {
  await agent.process.kill();
  await controller.process.kill();
  await world.remove();
});

const status = async (): Promise<{ readonly digest: string; readonly problem: string; readonly brakes: readonly Json[] }> => (await agent.health.send('/readyz')).body['policy'] as never;

/** Replaces the policy of the running agent; resolves when it applies. */
async function policy(text: string): Promise<void> {
  const { digest } = await status();
  await writeFile(policyFile, text);
  await until(async () => (await status()).digest !== digest, 'the new policy to apply');
}

const remove = async (id: string): Promise<{ readonly status: number; readonly text: string }> => {
  const { status: code, body } = await controller.rest.send(`${ACCOUNT}/${id}`, { method: 'DELETE' });
  return { status: code, text: JSON.stringify(body) };
};

/** Runs `causeway policy …`; `output` is all it printed. */
async function causeway(...args: readonly string[]): Promise<{ readonly code: number | string; readonly output: string }> {
  const { code = -1, stdout = '', stderr = '' } = await execute(process.execPath, [CLI, 'policy', ...args]).then(
    (printed) => ({ ...printed, code: 0 }),
    (error: unknown) => error as { code?: number; stdout?: string; stderr?: string },
  );
  keepText('output', `policy ${args[0] ?? ''}`, `${stdout}${stderr}`);
  return { code, output: code === 0 ? stdout : `${stdout}${stderr}` };
}

describe('the policy of a running agent', () => {
  it('hides an attribute from one moment to the next, and cannot be asked around it', async () => {
    expect(await controller.rest.ok(`${ACCOUNT}/p3`)).toMatchObject({ badge: 103 });
    await policy(`${OPEN}rules: [{name: no-badges, effect: allow, attributes: {read: {allow: [uid, firstName, lastName, email]}}}]\n`);
    const person = await controller.rest.ok(`${ACCOUNT}/p3`);
    expect(person).toMatchObject({ _id: 'p3', email: 'p3@example.com' });
    expect(person).not.toHaveProperty('badge');
    const { status: code, body } = await controller.rest.send(`${ACCOUNT}?_queryFilter=${encodeURIComponent('badge gt 105')}`);
    expect({ code, text: JSON.stringify(body) }).toEqual({ code: 403, text: expect.stringMatching(/refused by the policy of this agent: rule no-badges: its filter compares badge/) as string });
    expect((await controller.rest.send(`${ACCOUNT}?_queryFilter=true&_sortKeys=badge`)).status).toBe(403);
  });

  it('makes it read-only, with the reason for the caller', async () => {
    await policy(`${OPEN}readOnly: true\n`);
    expect(await remove('p0')).toEqual({ status: 403, text: expect.stringMatching(/delete of __ACCOUNT__ was refused by the policy of this agent: rule readOnly denies it/) as string });
    expect((await controller.rest.send(`${ACCOUNT}/p0`, { method: 'PATCH', body: [{ operation: 'replace', field: '/email', value: 'x@example.com' }] })).status).toBe(403);
    expect(await controller.rest.ok(`${ACCOUNT}/p0`)).toMatchObject({ email: 'p0@example.com' });
  });

  it('stays as it is when the file is wrong, and the status says so', async () => {
    await writeFile(policyFile, 'version: 1\ndefault: perhaps\n');
    await until(async () => (await status()).problem !== '', 'the problem to show');
    expect((await status()).problem).toMatch(/policy\.yaml:2: default: expected allow or deny/);
    expect((await remove('p0')).status).toBe(403);
    expect(agent.process.logged('The policy file cannot be used; the policy before it still applies.')).toHaveLength(1);
  });

  it('protects objects, and goes where it may only', async () => {
    await policy(`${OPEN}protected: [{name: vip, attributes: {email: ["p1@*"]}}]\nrules: [{name: elsewhere, effect: deny, targets: ["/nowhere/**"]}]\n`);
    expect(await remove('p1')).toEqual({ status: 403, text: expect.stringMatching(/rule vip protects the object/) as string });
    expect((await remove('p11')).status).toBe(200);
    await policy(`version: 1\ndefault: deny\nrules: [{name: files, effect: allow, targets: ["/nowhere/*.csv"]}]\n`);
    expect((await controller.rest.send(`${ACCOUNT}/p1`)).status).toBe(403);
    await policy(`version: 1\ndefault: deny\nrules: [{name: files, effect: allow, targets: ["${world.path('*.csv')}"]}]\n`);
    expect((await controller.rest.send(`${ACCOUNT}/p1`)).status).toBe(200);
  });

  it('stops too many deletes, over a killed agent too, until somebody releases the brake', async () => {
    await policy(`${OPEN}brakes: [{name: deletes, changes: [delete], limit: 2}]\n`);
    expect([(await remove('p4')).status, (await remove('p5')).status]).toEqual([200, 200]);
    expect(await remove('p6')).toEqual({ status: 403, text: expect.stringMatching(/the brake deletes has tripped at .*people\.csv, more than 2 changes in 1 h.*causeway policy release --brake deletes/) as string });
    expect((await status()).brakes).toEqual([expect.objectContaining({ brake: 'deletes', count: 2, tripped: expect.any(String) as string })]);
    expect(agent.process.logged('A brake of the policy has tripped')).toHaveLength(1);
    await agent.kill();
    await agent.restart();
    await controller.systemReady('csv');
    expect((await remove('p6')).status).toBe(403);
    const shown = await causeway('status', '--config', world.path('site1.yaml'));
    expect(shown).toMatchObject({ code: 0, output: expect.stringMatching(/deletes +\S+people\.csv +2 TRIPPED/) as string });
    const next = ['check', '--config', world.path('site1.yaml'), '--operation', 'delete', '--connector', 'csv', '--target', world.path('people.csv')];
    expect((await causeway(...next)).output).toMatch(/brake deletes: HAS TRIPPED at \S+people\.csv\nREFUSED by deletes/);
    expect(await causeway('release', '--config', world.path('site1.yaml'), '--brake', 'deletes')).toMatchObject({ code: 0, output: expect.stringContaining('Released.') as string });
    expect((await remove('p6')).status).toBe(200);
    expect((await causeway(...next)).output).toMatch(/brake deletes: about 1 of 2 counted at \S+people\.csv\nALLOWED by default/);
  });
});

describe('causeway policy check', () => {
  it('says that a file is right, and what is wrong with one', async () => {
    await writeFile(world.path('other.yaml'), `${OPEN}rules: [{name: a, effect: allow}]\n`);
    expect(await causeway('check', '--file', world.path('other.yaml'))).toMatchObject({ code: 0, output: expect.stringMatching(/is valid \(default allow, readOnly false, rules 1, protected 0, brakes 0\)/) as string });
    await writeFile(world.path('wrong.yaml'), `${OPEN}rules: [{name: a, effects: allow}]\n`);
    expect(await causeway('check', '--file', world.path('wrong.yaml'))).toMatchObject({ code: 2, output: expect.stringMatching(/rules\[0\]\.effects: is no setting; did you mean effect\?/) as string });
  });

  it('explains what an operation would get', async () => {
    const file = world.path('explained.yaml');
    await writeFile(file, `version: 1
default: deny
rules:
  - {name: files, effect: allow, connectors: [csv], operations: [read]}
  - {name: people, effect: allow, connectors: [ldap], targets: ["*.corp.example"], operations: [read, write], attributes: {write: {deny: [title]}}}
protected: [{name: admins, names: ["cn=admin,*"]}]
brakes: [{name: few, changes: [delete], limit: 5}]
`);
    const ldap = ['--connector', 'ldap', '--target', 'dc.corp.example:636'];
    expect((await causeway('check', '--file', file, '--operation', 'delete', ...ldap, '--uid', 'u', '--name', 'cn=admin,dc=x')).output).toMatch(/rule files: does not match \(connector\)\n.*rule people: matches\n.*protected admins: protects the object\n.*brake few: counts it; more than 5 in 3600 s.*\nREFUSED by admins/s);
    expect((await causeway('check', '--file', file, '--operation', 'delete', ...ldap, '--uid', 'u', '--name', 'cn=other,dc=x')).output).toMatch(/ALLOWED by people/);
    expect((await causeway('check', '--file', file, '--operation', 'update', ...ldap, '--attribute', '2.5.4.12=x')).output).toMatch(/the attribute 2\.5\.4\.12 must not be written\nREFUSED by people/);
    expect((await causeway('check', '--file', file, '--operation', 'delete', '--connector', 'ldap', '--target', 'evil.example:389')).output).toMatch(/rule people: does not match \(target\).*REFUSED by default/s);
    expect(JSON.parse((await causeway('check', '--file', file, '--operation', 'SearchApiOp', '--connector', 'csv', '--json')).output)).toMatchObject({ allowed: true, by: 'files' });
  });
});

it('an agent whose policy is wrong does not start', async () => {
  await writeFile(world.path('broken.yaml'), 'version: 1\n');
  await writeFile(world.path('site2.yaml'), JSON.stringify({ agent: { name: 'site2', stateDirectory: world.path('site2-state') }, controllers: [{ url: controller.gatewayUrl }], policy: { file: world.path('broken.yaml') } }));
  const child = spawnCauseway('site2', ['agent', 'run', '--config', world.path('site2.yaml')]);
  expect(await child.ended).toMatchObject({ code: 2 });
  expect(child.logged(/broken\.yaml: default: is missing: expected allow or deny/)).not.toEqual([]);
});
