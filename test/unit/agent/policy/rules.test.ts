import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { properties, text } from '../../../../connectors/framework/index.js';
import { Script, type Operation } from '../../../../protocol/model/index.js';
import { START, create, options, outcome, policed, remove, update } from './support/policed.js';

const search = (objectClass = '__ACCOUNT__'): Operation => ({ kind: 'search', objectClass, filter: undefined, options: options() });
const test: Operation = { kind: 'test' };
const DENY = 'version: 1\ndefault: deny\n';

describe('rules', () => {
  it('the first that matches decides; a refusal names it, and nothing reaches the connector', async () => {
    const { facade, inner } = await policed(`${START}rules:\n  - {name: no-deletes, effect: deny, operations: [delete]}\n  - {name: all, effect: allow}\n  - {name: never, effect: deny}\n`);
    expect(await outcome(facade, remove())).toBe('permissionDenied: delete of __ACCOUNT__ was refused by the policy of this agent: rule no-deletes denies it.');
    expect(inner.performed).toEqual([]);
    expect(await outcome(facade, update({ mail: 'x' }))).toBe('done');
    expect(await outcome(facade, search())).toBe('done');
  });

  it('by default nothing is allowed where the policy says so', async () => {
    const { facade } = await policed(DENY);
    expect(await outcome(facade, search())).toMatch(/rule default denies it/);
  });

  it('readOnly comes before all of them', async () => {
    const { facade, reached } = await policed(`${START}readOnly: true\nrules: [{name: all, effect: allow}]\n`);
    for (const write of [create({}), update({}), remove()]) expect(await outcome(facade, write)).toMatch(/rule readOnly denies it/);
    expect(await outcome(facade, search())).toBe('done');
    expect(reached()).toEqual(['search']);
  });

  it('readOnly refuses the tasks of a batch too', async () => {
    const { facade, reached } = await policed(`${START}readOnly: true\n`);
    expect(await outcome(facade, { kind: 'batch', tasks: [remove()], options: options() })).toBe('done');
    expect(reached()).toEqual([]);
  });

  it.each([
    ['id', 'memory', true], ['class name', 'example.Memory*', true], ['bundle', '*memory-connector', true], ['another', 'ldap', false],
  ])('know connectors by %s', async (_, name, allowed) => {
    const { facade } = await policed(`${DENY}rules: [{name: a, effect: allow, connectors: ["${name}"]}]\n`);
    expect(await outcome(facade, test)).toMatch(allowed ? /^done$/ : /rule default/);
  });

  it.each([
    ['*.corp.example', true], ['ldap.corp.example:389', true], ['ldap.corp.example:636', false], ['*.other.example', false],
  ])('know places: %s', async (target, allowed) => {
    const { facade } = await policed(`${DENY}rules: [{name: a, effect: allow, targets: ["${target}"]}]\n`);
    expect(await outcome(facade, test)).toMatch(allowed ? /^done$/ : /rule default/);
  });

  it('allow only when all places are inside, deny when one is', async () => {
    const two = { targets: () => [{ host: 'ldap.corp.example', port: 389 }, { host: 'evil.example', port: 389 }] };
    expect(await outcome((await policed(`${DENY}rules: [{name: a, effect: allow, targets: ["*.corp.example"]}]\n`, two)).facade, test)).toMatch(/rule default denies/);
    expect(await outcome((await policed(`${START}rules: [{name: no, effect: deny, targets: ["evil.example"]}]\n`, two)).facade, test)).toMatch(/rule no denies/);
  });

  it('allow no connector that does not say where it goes, nor one whose configuration hides it, and deny both', async () => {
    for (const extra of [{ targets: undefined } as object, { targets: () => [{ host: 'secret://env/HOST', port: 1 }] }]) {
      expect(await outcome((await policed(`${DENY}rules: [{name: a, effect: allow, targets: ["*"]}]\n`, extra)).facade, test)).toMatch(/where the connector goes is not known/);
      expect(await outcome((await policed(`${START}rules: [{name: no, effect: deny, targets: ["evil.example"]}]\n`, extra)).facade, test)).toMatch(/rule no denies/);
    }
  });

  it('know object classes; all of them at once are more than one allowed and contain one denied', async () => {
    const sync = (objectClass: string): Operation => ({ kind: 'sync', objectClass, token: null, options: options() });
    const allowing = (await policed(`${DENY}rules: [{name: a, effect: allow, objectClasses: [__account__]}]\n`)).facade;
    expect([await outcome(allowing, sync('__ACCOUNT__')), await outcome(allowing, sync('__GROUP__')), await outcome(allowing, sync('__ALL__'))]).toEqual(['done', expect.stringMatching(/default/), expect.stringMatching(/default/)]);
    const denying = (await policed(`${START}rules: [{name: no, effect: deny, objectClasses: [__GROUP__]}]\n`)).facade;
    expect([await outcome(denying, sync('__ACCOUNT__')), await outcome(denying, sync('__ALL__'))]).toEqual(['done', expect.stringMatching(/rule no/)]);
  });

  it('take the class of an object from the target, not from the request', async () => {
    const { facade, inner, reached } = await policed(`${START}rules: [{name: no, effect: deny, objectClasses: [__GROUP__], operations: [write]}]\n`);
    inner.onPerform = async ({ kind }) => (kind === 'get' ? null : undefined);   // there is no such account
    expect(await outcome(facade, remove('a-group'))).toMatch(/^unknownUid: There is no __ACCOUNT__ with the uid a-group/);
    expect(reached()).toEqual(['get']);
  });

  it.each<[string, string, boolean]>([
    ['that has to be', 'host: ["ldap.*"]', true], ['that it has not', 'host: ["LDAP.*"]', false], ['that the connector does not have', 'ssl: [true]', false], ['that is not set', 'notes: [""]', true],
  ])('know a property of the configuration %s', async (_, condition, fits) => {
    const extra: object = { properties: properties({ host: text({ help: 'h' }), notes: text({ help: 'n' }) }) };
    const allowing = `${DENY}rules: [{name: a, effect: allow, configuration: {${condition}}}]\n`;
    expect(await outcome((await policed(allowing, extra)).facade, test)).toMatch(fits ? /^done$/ : /rule default/);
    const denying = `${START}rules: [{name: no, effect: deny, configuration: {${condition}}}]\n`;
    expect(await outcome((await policed(denying, extra)).facade, test)).toMatch(fits || condition.startsWith('ssl') ? /rule no/ : /^done$/);
  });

  it('know who asks', async () => {
    const policy = `${DENY}rules: [{name: a, effect: allow, principals: ["cloud-*"]}]\n`;
    expect(await outcome((await policed(policy, {}, 'cloud-1')).facade, test)).toBe('done');
    expect(await outcome((await policed(policy, {}, 'other')).facade, test)).toMatch(/rule default/);
  });
});

describe('a connection that belongs to no operation yet', () => {
  const asked = async (rules: string, host: string): Promise<string> => {
    const { live } = await policed(rules);
    return live.permitTarget(['ldap'])({ host, port: 389 }).then(() => 'made', (error: unknown) => (error as Error).message);
  };

  it('is made where some operation is allowed, and nowhere else', async () => {
    const some = `${DENY}rules: [{name: reads, effect: allow, targets: ["*.corp.example"], operations: [read]}]\n`;
    expect(await asked(some, 'dc.corp.example')).toBe('made');
    expect(await asked(some, 'evil.example')).toBe('A connection to evil.example:389 was refused by the policy of this agent: rule default denies it.');
  });

  it('is not made where everything is denied; a rule about some operations leaves the others', async () => {
    expect(await asked(`${START}rules: [{name: no, effect: deny, targets: ["dc*"]}]\n`, 'dc1')).toMatch(/rule no denies it/);
    expect(await asked(`${START}rules: [{name: no, effect: deny, targets: ["dc*"], operations: [delete]}]\n`, 'dc1')).toBe('made');
    expect(await asked(START, 'anywhere')).toBe('made');
  });
});

describe('scripts', () => {
  const script = (text: string): Operation => ({ kind: 'scriptOnConnector', script: new Script('Groovy', text), scriptArguments: new Map(), options: options() });

  it('from outside are refused without any policy, and everything else is allowed', async () => {
    const { facade, reached } = await policed(undefined);
    expect(await outcome(facade, script('1'))).toMatch(/^permissionDenied: .*does not run scripts sent from outside/);
    for (const operation of [create({}), update({ __PASSWORD__: 'x' }), remove(), search(), test]) expect(await outcome(facade, operation)).toBe('done');
    expect(reached()).not.toContain('scriptOnConnector');
  });

  it('are allowed by their SHA-256 (printf "return 1" | sha256sum), every character of them', async () => {
    const { facade, reached } = await policed(`${START}scripts: {sha256: [486D9AFFB60DBB0063B03D8E23A6CCF6364CE203DC3A9F56F20E750EB41ECADE]}\n`);
    expect(await outcome(facade, script('return 1'))).toBe('done');
    expect(await outcome(facade, script('return 1 '))).toMatch(/permissionDenied/);
    expect(reached()).toEqual(['scriptOnConnector']);
  });

  it('are allowed by a directory, which is looked at each time', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'causeway-scripts-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const { facade } = await policed(`${START}scripts: {directories: [${directory}]}\n`);
    expect(await outcome(facade, script('return "ä"'))).toMatch(/permissionDenied/);
    await writeFile(join(directory, 'ä.groovy'), 'return "ä"');
    expect(await outcome(facade, script('return "ä"'))).toBe('done');
    expect(await outcome(facade, script('return "b"'))).toMatch(/permissionDenied/);
  });

  it('need a rule that allows the operation too', async () => {
    const { facade } = await policed('version: 1\ndefault: deny\nscripts: {any: true}\n');
    expect(await outcome(facade, script('1'))).toMatch(/rule default/);
  });
});
