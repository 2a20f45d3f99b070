import { describe, expect, it } from 'vitest';
import csv from '../../../../connectors/catalog/csv/index.js';
import ldap from '../../../../connectors/catalog/ldap/index.js';
import { readConfiguration } from '../../../../connectors/framework/facade/bound-configuration.js';
import type { AnyConnector } from '../../../../connectors/framework/index.js';
import { Attribute, ConnectorObject, IcfArray, SortKey, Uid, chunksOf, itemsOf, type Filter, type IcfValue, type Operation, type OperationOptions, type SyncDelta } from '../../../../protocol/model/index.js';
import { configured } from '../../../support/memory-facade.js';
import { START, call, create, object, options, outcome, policed, run, update, type Policed } from './support/policed.js';

const limiting = (limits: string): string => `${START}rules: [{name: people, effect: allow, attributes: {${limits}}}]\n`;
const search = (filter?: Filter, more: OperationOptions = options()): Operation => ({ kind: 'search', objectClass: '__ACCOUNT__', filter, options: more });
const strings = (...items: readonly string[]): IcfArray => new IcfArray('String', items);
const names = (items: unknown): readonly string[][] => (items as readonly ConnectorObject[]).map(({ attributes }) => attributes.map(({ name }) => name));

/** What a connector of ours says about itself under a configuration. */
function of(connector: AnyConnector, values: Readonly<Record<string, IcfValue>>): Partial<AnyConnector> {
  const config = readConfiguration(connector, configured(connector, values));
  return { attributeNaming: () => connector.attributeNaming!(config), comparedAttributes: (_, by) => connector.comparedAttributes?.(config, by) ?? [], deletesMore: () => connector.deletesMore?.(config) ?? false };
}
const ldapWith = (values: Readonly<Record<string, IcfValue>> = {}) => of(ldap, { host: 'ldap.corp.example', ...values });

describe('an attribute that must not be read', () => {
  const policy = limiting('read: {deny: [salary, "hr*"]}');

  it('is not in results, whatever of them: search, get, sync, and in whatever spelling', async () => {
    const { facade, inner } = await policed(policy);
    const found = object('u1', 'n1', { mail: 'a@b', SALARY: '1', 'salary;lang-en': '2', hrNote: 'x' });
    inner.onStream = async function* ({ kind }) {
      if (kind === 'search') yield found;
      else yield { kind: 'UPDATE', token: { value: 1 }, uid: new Uid('u1'), objectClass: '__ACCOUNT__', object: found } satisfies SyncDelta;
    };
    inner.onPerform = async () => found;
    const visible = ['__UID__', '__NAME__', 'mail'];
    expect(names(await run(facade, search()))).toEqual([visible]);
    expect(names([await run(facade, { kind: 'get', objectClass: '__ACCOUNT__', uid: new Uid('u1'), options: options() })])).toEqual([visible]);
    const deltas = await run(facade, { kind: 'sync', objectClass: '__ACCOUNT__', token: null, options: options() }) as readonly SyncDelta[];
    expect(names(deltas.map((delta) => delta.object))).toEqual([visible]);
  });

  it('is not asked of the target', async () => {
    const { facade, inner } = await policed(policy);
    await run(facade, search(undefined, options({ ATTRS_TO_GET: strings('mail', 'Salary', 'hrNote', '*') })));
    expect((inner.performed[0]?.operation as { options: OperationOptions }).options.attributesToGet).toEqual(['mail', '*']);
  });

  it.each<[string, Operation]>([
    ['compared in a filter', search({ kind: 'greaterThan', attribute: new Attribute('salary', ['100']) })],
    ['deep in a filter', search({ kind: 'or', operands: [{ kind: 'presence', name: 'mail' }, { kind: 'not', operand: { kind: 'and', operands: [{ kind: 'presence', name: 'HRnote' }, { kind: 'presence', name: 'mail' }] } }] })],
    ['an extended match', search({ kind: 'extendedMatch', operator: 'x', attribute: new Attribute('salary:caseExactMatch:', ['1']) })],
    ['sorted by', search(undefined, options({ SORT_KEYS: new IcfArray('SortKey', [new SortKey('mail'), new SortKey('salary', false)]) }))],
    ['named by another option', { kind: 'resolveUsername', objectClass: '__ACCOUNT__', username: '100', options: options({ ldap_uid_attributes: strings('uid', 'salary') }) }],
    ['watched by a subscription', { kind: 'subscribeToObjects', objectClass: '__ACCOUNT__', filter: { kind: 'presence', name: 'salary' }, options: options() }],
    ['an object identifier that could be anything', search({ kind: 'presence', name: '1.2.3.4.5' })],
  ])('tells nothing when it is %s', async (_, operation) => {
    const { facade, inner } = await policed(policy);
    expect(await outcome(facade, operation)).toMatch(/^permissionDenied: .*rule people: .*must not be read/);
    expect(inner.performed).toEqual([]);
  });

  it('cannot be reached by the other names LDAP has for it', async () => {
    const { facade, inner } = await policed(limiting('read: {deny: [mail]}'), ldapWith());
    for (const name of ['rfc822Mailbox', '0.9.2342.19200300.100.1.3', 'MAIL;binary']) expect(await outcome(facade, search({ kind: 'presence', name }))).toMatch(/must not be read/);
    inner.onStream = async function* () { yield object('u', 'n', { rfc822mailbox: 'a@b', cn: 'x' }); };
    expect(names(await run(facade, search()))).toEqual([['__UID__', '__NAME__', 'cn']]);
  });

  it.each<[string, Readonly<Record<string, IcfValue>>]>([
    ['uid', { uidAttribute: 'salary' }], ['account filter', { accountSearchFilter: '(&(objectClass=person)(!(salary<=100)))' }], ['sort key', { useBlocks: true, vlvSortAttribute: 'salary' }],
  ])('cannot be asked about by a configuration that makes it the %s', async (_, values) => {
    const { facade } = await policed(policy, ldapWith(values));
    expect(await outcome(facade, search())).toMatch(/rule people: .*must not be read/);
  });

  it('cannot be asked about as a user name', async () => {
    const { facade } = await policed(policy, ldapWith({ accountUserNameAttributes: strings('uid', 'salary') }));
    const login: Operation = { kind: 'resolveUsername', objectClass: '__ACCOUNT__', username: '100', options: options() };
    expect(await outcome(facade, login)).toMatch(/configuration compares salary/);
    expect(await outcome(facade, search(undefined, options({ RUN_AS_USER: '100' })))).toMatch(/configuration compares salary/);
    expect(await outcome(facade, search())).toBe('done');
  });

  it('of a CSV file is denied only by a rule that fixes what columns are called, since another delimiter calls them otherwise', async () => {
    const { facade } = await policed(policy, of(csv, { csvFile: '/srv/a.csv' }));
    expect(await outcome(facade, search())).toMatch(/^permissionDenied: .*rule people denies attributes by name, but fieldDelimiter, quoteCharacter, escapeCharacter, newlineString, spaceReplacementString in the connector's configuration decide/);
    expect(await outcome((await policed(limiting('write: {deny: [salary]}'), of(csv, { csvFile: '/srv/a.csv' }))).facade, update({ x: '1' }))).toMatch(/decide what they are called/);
  });

  it('cannot be made the uid of a CSV file', async () => {
    const { facade } = await policed(limiting('read: {allow: [uid, mail]}'), of(csv, { csvFile: '/srv/a.csv', headerUid: 'salary' }));
    expect(await outcome(facade, search())).toMatch(/__UID__, which every answer carries/);
    expect(await outcome((await policed(limiting('read: {allow: [uid, mail]}'), of(csv, { csvFile: '/srv/a.csv' }))).facade, search())).toBe('done');
  });
});

describe('a list of attributes that may be read', () => {
  it('hides all others, and need not name uid and name', async () => {
    const { facade, inner } = await policed(limiting('read: {allow: [mail]}'));
    inner.onStream = async function* () { yield object('u', 'n', { mail: 'a@b', other: '1' }); };
    expect(names(await run(facade, search({ kind: 'equals', attribute: new Uid('u') })))).toEqual([['__UID__', '__NAME__', 'mail']]);
    expect(await outcome(facade, search({ kind: 'presence', name: 'other' }))).toMatch(/must not be read/);
  });

  it('holds for the attribute behind the uid', async () => {
    const { facade } = await policed(limiting('read: {allow: [mail]}'), ldapWith({ uidAttribute: 'salary' }));
    expect(await outcome(facade, search())).toMatch(/must not be read/);
    expect(await outcome((await policed(limiting('read: {allow: [mail]}'), ldapWith())).facade, search())).toBe('done');
  });
});

describe('attributes that must not be written', () => {
  it('refuse the whole operation', async () => {
    const { facade, inner } = await policed(limiting('write: {deny: [salary]}'));
    expect(await outcome(facade, update({ mail: 'x', Salary: '1' }))).toBe('permissionDenied: update of __ACCOUNT__ was refused by the policy of this agent: rule people does not let the attribute Salary be written.');
    expect(await outcome(facade, create({ salary: '1' }))).toMatch(/permissionDenied/);
    expect(await outcome(facade, update({ mail: 'x' }))).toBe('done');
    expect(inner.performed).toHaveLength(1);
  });

  it('are all but those of a list; a create names its object, a rename has to be listed', async () => {
    const { facade } = await policed(limiting('write: {allow: [mail]}'), ldapWith());
    expect(await outcome(facade, create({ mail: 'x' }))).toBe('done');
    expect(await outcome(facade, create({ mail: 'x', title: 'y' }))).toMatch(/attribute title/);
    expect(await outcome(facade, update({ mail: 'x', __NAME__: 'other' }))).toMatch(/attribute __NAME__/);
    expect(await outcome(facade, update({ dn: 'other' }))).toMatch(/attribute dn/);
  });

  it('are passwords under whatever name', async () => {
    const { facade } = await policed(limiting('write: {deny: [__PASSWORD__]}'), ldapWith({ passwordAttribute: 'myPassword' }));
    for (const name of ['__PASSWORD__', 'userPassword', 'unicodePwd', '2.5.4.35', 'myPassword', 'USERPASSWORD;x-a']) expect(await outcome(facade, update({ [name]: 'x' })), name).toMatch(/permissionDenied/);
    const renamed = (await policed(limiting('write: {deny: [salary]}'), ldapWith({ passwordAttribute: 'salary' }))).facade;
    expect(await outcome(renamed, update({ __PASSWORD__: '1' }))).toMatch(/__PASSWORD__ \(salary\)/);
  });
});

it('results that arrive together stay together', async () => {
  const { facade, inner } = await policed(limiting('read: {deny: [x]}'));
  inner.stream = () => itemsOf((async function* () { yield [object('1', 'n', { x: '1' }), object('2', 'n'), object('3', 'n')]; })()) as never;
  const step = await chunksOf(facade.stream({ kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: options() }, call)).next();
  expect(step.done === true ? [] : names(step.value)).toEqual([['__UID__', '__NAME__'], ['__UID__', '__NAME__'], ['__UID__', '__NAME__']]);
});

describe('a stream under way when the policy changes', () => {
  it.each(['search', 'subscribeToObjects'] as const)('%s: what comes after is as the new policy has it', async (kind) => {
    const world = await policed(START);
    world.inner.onStream = async function* () { for (let n = 1; n <= 3; n++) yield object(`u${n}`, 'n', { mail: 'a@b' }); };
    if (kind === 'search') await change(world, limiting('read: {deny: [other]}'));
    const results = world.facade.stream({ kind, objectClass: '__ACCOUNT__', filter: undefined, options: options() }, call);
    const seen = async (): Promise<string> => results.next().then((step) => (step.done === true ? 'end' : names([step.value])[0]!.join()), (error: unknown) => (error as Error).message);
    expect(await seen()).toBe('__UID__,__NAME__,mail');
    await change(world, limiting('read: {deny: [mail]}'));
    expect(await seen()).toBe('__UID__,__NAME__');
    await change(world, 'version: 1\ndefault: deny\n');
    expect(await seen()).toMatch(/rule default denies it/);
    expect(world.inner.open).toBe(0);
  });
});

async function change(world: Policed, text: string): Promise<void> {
  await world.write(text);
  await world.live.check();
  await world.live.check();
}
