import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { create } from '../../../connectors/catalog/ldap/create.js';
import { addMember, removeMember, renameMember } from '../../../connectors/catalog/ldap/groups/change-member.js';
import { maintainsLdapGroups } from '../../../connectors/catalog/ldap/groups/ldap-group-steps.js';
import { runMembershipSteps } from '../../../connectors/catalog/ldap/groups/membership-steps.js';
import { readGroupAttributes } from '../../../connectors/catalog/ldap/groups/read-groups.js';
import { planRename } from '../../../connectors/catalog/ldap/rename.js';
import { sortAttributes } from '../../../connectors/catalog/ldap/request-attributes.js';
import { addValues, update } from '../../../connectors/catalog/ldap/update.js';
import { escapeDnValue, sameDn } from '../../../connectors/catalog/ldap/dn.js';
import { ACCOUNT, Attribute, ConnectorError, GuardedString, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { ldapConfig } from './ldap-config.js';
import { MemoryDirectory } from './memory-directory.js';
import { attributes, call, request, sessionOn } from './session.js';

const never = new AbortController().signal;
const DN = 'cn=a,dc=example';
const GROUP_DN = 'cn=g,dc=example';

function change(directory: MemoryDirectory, values: Record<string, IcfValue>, config = ldapConfig({ uidAttribute: 'dn' }), operation = update): Promise<Uid> {
  directory.put(DN, { cn: 'a' });
  return operation(sessionOn(directory, config), request(ACCOUNT, { uid: new Uid(DN), attributes: attributes(values) }), call());
}

describe('requests', () => {
  it.each<[string, Attribute[], RegExp]>([
    ['an attribute given twice', [Attribute.of('mail', 'a'), Attribute.of('MAIL', 'b')], /twice/],
    ['two different names', [Attribute.of('__NAME__', 'cn=a'), Attribute.of('dn', 'cn=b')], /more than once/],
    ['a name that is no text', [Attribute.of('__NAME__', 5)], /malformed/],
    ['a group that is no text', [Attribute.of('ldapGroups', true)], /malformed/],
    ['a password that is none', [Attribute.of('__PASSWORD__', 5)], /guarded/],
  ])('with %s are refused', (_, list, message) => {
    expect(() => sortAttributes(list)).toThrow(expect.objectContaining({ kind: 'invalidAttributeValue', message: expect.stringMatching(message) as string }) as Error);
  });

  it.each<[string, Record<string, IcfValue>]>([
    ['without a name', { sn: 'x' }], ['with an empty name', { __NAME__: '' }], ['with a name that is no DN', { __NAME__: 'jdoe' }], ['with a current password', { __NAME__: DN, __CURRENT_PASSWORD__: new GuardedString('x') }],
  ])('to create %s are refused before anything is sent', async (_, values) => {
    const directory = new MemoryDirectory();
    await expect(create(sessionOn(directory, ldapConfig()), request(ACCOUNT, { attributes: attributes(values) }), call())).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
    expect(directory.requests).toEqual([]);
  });

  it('to add a name or a password are refused before anything is sent', async () => {
    for (const values of [{ __NAME__: DN }, { __PASSWORD__: new GuardedString('x') }, { __PASSWORD__: null }]) {
      const directory = new MemoryDirectory();
      await expect(change(directory, values, undefined, addValues)).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
      expect(directory.requests).toEqual([]);
    }
  });
});

describe('a server that goes away behind a change', () => {
  const unavailable = (): Promise<never> => Promise.reject(new ConnectorError('connectionFailed', 'unavailable (52)'));

  it('once the entry is there: the outcome is unknown, never "nothing was done"', async () => {
    const directory = new MemoryDirectory();
    const session = sessionOn(Object.assign(directory, { read: unavailable }), ldapConfig());
    const failure = await create(session, request(ACCOUNT, { attributes: attributes({ __NAME__: DN, sn: 'x' }) }), call()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'connectionFailed', outcome: 'unknown', retryable: false });
  });

  it('before that: as the server said it', async () => {
    const session = sessionOn(Object.assign(new MemoryDirectory(), { add: unavailable }), ldapConfig());
    const failure = await create(session, request(ACCOUNT, { attributes: attributes({ __NAME__: DN, sn: 'x' }) }), call()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'connectionFailed', outcome: undefined, retryable: true });
  });

  it('once the entry has another name: the outcome is unknown', async () => {
    const directory = Object.assign(new MemoryDirectory(), { modify: unavailable });
    await expect(change(directory, { __NAME__: 'cn=b,dc=example', sn: 'y' })).rejects.toMatchObject({ kind: 'connectionFailed', outcome: 'unknown' });
  });
});

describe('renames', () => {
  it('are planned for another RDN or parent only', () => {
    expect(planRename('uid=a,ou=x,dc=example', 'UID = a , OU=X, dc=example')).toBeUndefined();
    expect(planRename('cn=a+uid=b,dc=x', 'uid=b+cn=a,dc=x')).toBeUndefined();
    expect(planRename('uid=a,ou=x', 'uid=b,OU=x')).toEqual({ newRdn: 'uid=b', newSuperior: undefined, newDn: 'uid=b,OU=x' });
    expect(planRename('uid=a,ou=x', 'uid=a,ou=y')).toMatchObject({ newRdn: 'uid=a', newSuperior: 'ou=y' });
    expect(planRename('uid=a,ou=x', 'uid=A,ou=x')).toMatchObject({ newRdn: 'uid=A', newSuperior: undefined });
    expect(() => planRename('uid=a', '')).toThrow(/whole DN/);
  });

  it('always end up at the DN that was asked for', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'B', ',', '\\', ' ', '+', 'é', '#'), minLength: 1, maxLength: 4 }).filter((text) => text.trim() !== '');
    fc.assert(fc.property(name, name, name, (one, two, parent) => {
      const from = `cn=${escapeDnValue(one)},ou=x`;
      const to = `cn=${escapeDnValue(two)},ou=${escapeDnValue(parent)}`;
      const plan = planRename(from, to);
      expect(plan === undefined ? sameDn(from, to) : sameDn(`${plan.newRdn},${plan.newSuperior ?? 'ou=x'}`, to)).toBe(true);
    }));
  });
});

describe('passwords of Active Directory', () => {
  const settings = { uidAttribute: 'dn', passwordAttribute: 'unicodePwd', ssl: true } as const;
  const quoted = (text: string): number[] => [...Buffer.from(`"${text}"`, 'utf16le')];
  const sent = (directory: MemoryDirectory): unknown[] => directory.changes.flatMap(({ changes }) => changes.map(({ operation, attribute, values }) => [operation, attribute, [...(values[0] as Uint8Array)]]));

  it('are reset by a replacement in quotes and UTF-16LE [ldap 88]', async () => {
    const directory = new MemoryDirectory('activeDirectory');
    await change(directory, { __PASSWORD__: new GuardedString('Pä$$') }, ldapConfig(settings));
    expect(sent(directory)).toEqual([['replace', 'unicodePwd', quoted('Pä$$')]]);
  });

  it('are changed by old out, new in, without a bind [ldap 87]', async () => {
    const directory = new MemoryDirectory('activeDirectory');
    await change(directory, { __CURRENT_PASSWORD__: new GuardedString('old'), __PASSWORD__: new GuardedString('new') }, ldapConfig(settings));
    expect(sent(directory)).toEqual([['delete', 'unicodePwd', quoted('old')], ['add', 'unicodePwd', quoted('new')]]);
    expect(directory.requests).toEqual([`modify ${DN}`]);
  });

  it('are encoded for another attribute when WIN-AD is configured [ldap 51]', async () => {
    const directory = new MemoryDirectory();
    await change(directory, { __PASSWORD__: new GuardedString('x') }, ldapConfig({ uidAttribute: 'dn', passwordAttribute: 'secret', passwordHashAlgorithm: 'win-ad' }));
    expect(sent(directory)).toEqual([['replace', 'secret', quoted('x')]]);
  });
});

describe('a change of password', () => {
  const values = { __CURRENT_PASSWORD__: new GuardedString('old'), __PASSWORD__: new GuardedString('new') };
  const operations = (directory: MemoryDirectory): string[][] => directory.changes.map(({ changes }) => changes.map(({ operation }) => operation));

  it('closes the owner\'s connection whatever happens', async () => {
    const directory = new MemoryDirectory('openLdap');
    directory.results.set(DN, [19]);
    await expect(change(directory, values)).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
    expect(directory.requests).toEqual([`bind ${DN}`, `modify ${DN}`, 'close']);
  });

  it('replaces where the old value cannot be found, and is done by us where the owner may not', async () => {
    const hashed = new MemoryDirectory('openLdap');
    hashed.results.set(DN, [16]);
    await change(hashed, values);
    expect(operations(hashed)).toEqual([['delete', 'add'], ['replace']]);
    const denied = new MemoryDirectory('openLdap');
    denied.results.set(DN, [50, 16]);
    await change(denied, values);
    expect(operations(denied)).toEqual([['delete', 'add'], ['delete', 'add'], ['replace']]);
  });
});

describe('memberships', () => {
  it('are renamed as far as the server has not done it already', async () => {
    const steps = async (codes: (number | undefined)[]): Promise<string[][]> => {
      const directory = new MemoryDirectory();
      directory.results.set(GROUP_DN, codes);
      await renameMember(sessionOn(directory, ldapConfig()), GROUP_DN, 'member', 'cn=old', 'cn=new', never);
      return directory.changes.map(({ changes }) => changes.map(({ operation, values: [value] }) => `${operation} ${value as string}`));
    };
    expect(await steps([])).toEqual([['delete cn=old', 'add cn=new']]);
    expect(await steps([16])).toEqual([['delete cn=old', 'add cn=new'], ['add cn=new']]);
    expect(await steps([16, 20])).toEqual([['delete cn=old', 'add cn=new'], ['add cn=new']]);
    expect(await steps([20])).toEqual([['delete cn=old', 'add cn=new'], ['delete cn=old']]);
    expect(await steps([20, 16])).toEqual([['delete cn=old', 'add cn=new'], ['delete cn=old']]);
    await expect(steps([50])).rejects.toMatchObject({ kind: 'permissionDenied' });
  });

  it('that are as wanted are no error, whatever Active Directory calls them; a refusal is one', async () => {
    const directory = new MemoryDirectory('activeDirectory').put(GROUP_DN, { member: ['cn=in'] });
    const session = sessionOn(directory, ldapConfig());
    directory.results.set(GROUP_DN, [68, 53, 53]);
    await addMember(session, GROUP_DN, 'member', 'cn=in', never);
    await removeMember(session, GROUP_DN, 'member', 'cn=out', never);
    await expect(removeMember(session, GROUP_DN, 'member', 'cn=in', never)).rejects.toMatchObject({ kind: 'permissionDenied' });
  });

  it('are left to Active Directory, whatever is configured [ldap 55]', async () => {
    const config = ldapConfig({ maintainLdapGroupMembership: true });
    for (const type of ['activeDirectory', 'adLds', 'adGlobalCatalog'] as const) expect(await maintainsLdapGroups(sessionOn(new MemoryDirectory(type), config), never)).toBe(false);
    expect(await maintainsLdapGroups(sessionOn(new MemoryDirectory('openDj'), config), never)).toBe(true);
  });

  it('stop at a lost connection, and the report says what was not tried and is not to be repeated', async () => {
    const steps = ['one', 'two', 'three'].map((description, index) => ({
      description, run: async () => { if (index === 1) throw new ConnectorError('connectionBroken', 'gone'); },
    }));
    const error = await runMembershipSteps('Created "x"', steps, never).catch((thrown: unknown) => thrown as ConnectorError);
    expect(error).toMatchObject({ kind: 'connector', retryable: false });
    expect((error as ConnectorError).message).toBe('Created "x", but its group memberships are incomplete. Failed: two (gone). Not tried: three. Done: one.');
  });

  it('are read from memberOf, or by searching static groups [ldap 58]', async () => {
    const directory = new MemoryDirectory()
      .put(DN, { uid: ['a'], memberOf: ['cn=dynamic,dc=example'] })
      .put(GROUP_DN, { objectClass: 'groupOfUniqueNames', uniqueMember: [DN, 'cn=gone,dc=example'] })
      .put('cn=p,dc=example', { objectClass: 'posixGroup', memberUid: 'a' });
    const read = async (dn: string, names: string[], config: Parameters<typeof ldapConfig>[0] = {}): Promise<unknown> => {
      const found = await readGroupAttributes(sessionOn(directory, ldapConfig({ baseContexts: ['dc=example'], ...config })), (await directory.read(dn))!, names, never);
      return found.map(({ name, values }) => [name, values]);
    };
    expect(await read(DN, ['LDAPGROUPS', 'cn', 'posixGroups'])).toEqual([['ldapGroups', ['cn=dynamic,dc=example']], ['posixGroups', ['cn=p,dc=example']]]);
    expect(await read(DN, ['ldapGroups'], { ldapGroupsUseStaticGroups: true })).toEqual([['ldapGroups', [GROUP_DN]]]);
    expect(await read(GROUP_DN, ['_memberId'], { uidAttribute: 'uid' })).toEqual([['_memberId', ['a']]]);
    expect(await read(GROUP_DN, ['_memberId'], { uidAttribute: 'dn' })).toEqual([['_memberId', [DN, 'cn=gone,dc=example']]]);
  });
});

describe('large additions', () => {
  it('are sent in pieces, and a failure in between says how far they came', async () => {
    const members = Array.from({ length: 1100 }, (_, index) => `cn=m${index},dc=example`);
    const directory = new MemoryDirectory();
    await change(directory, { member: members }, undefined, addValues);
    expect(directory.changes.map(({ changes }) => changes.map(({ values }) => values.length))).toEqual([[500], [500], [100]]);
    const failing = new MemoryDirectory();
    failing.results.set(DN, [undefined, undefined, 50]);
    await expect(change(failing, { member: members }, undefined, addValues)).rejects.toMatchObject({ kind: 'permissionDenied', message: expect.stringContaining('first 2 of its modifications') as string });
  });
});
