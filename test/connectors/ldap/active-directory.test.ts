import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { guidBytes, guidText } from '../../../connectors/catalog/ldap/active-directory/guid.js';
import { create } from '../../../connectors/catalog/ldap/create.js';
import type { Entry } from '../../../connectors/catalog/ldap/directory/contract.js';
import { firstText, texts } from '../../../connectors/catalog/ldap/directory/entry.js';
import { parseFilter } from '../../../connectors/catalog/ldap/directory/filter-encoding.js';
import { openDirectory } from '../../../connectors/catalog/ldap/directory/open-directory.js';
import { LdapResultError, resultError } from '../../../connectors/catalog/ldap/errors.js';
import { filterText, splitFilter } from '../../../connectors/catalog/ldap/filter.js';
import { dirSyncAnswer, dirSyncControl } from '../../../connectors/catalog/ldap/sync/dirsync/dirsync-control.js';
import { inOrder } from '../../../connectors/catalog/ldap/sync/usn/in-order.js';
import { parseUsnToken, usnToken } from '../../../connectors/catalog/ldap/sync/usn/usn-server.js';
import { generalizedTimeToIso, intervalAt, intervalToIso, isoToInterval } from '../../../connectors/catalog/ldap/time-values.js';
import { update } from '../../../connectors/catalog/ldap/update.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, Uid, type Filter, type IcfValue } from '../../../protocol/model/index.js';
import { OP, done, entry, startFakeLdap, type FakeLdap } from './fake-ldap.js';
import { LogKeeper, ldapConfig, quiet } from './ldap-config.js';
import { MemoryDirectory } from './memory-directory.js';
import { attributes, call, request, sessionOn } from './session.js';

const DN = 'cn=a,dc=example';
const config = ldapConfig({ uidAttribute: 'dn' });
const started: { stop(): Promise<void> }[] = [];
afterEach(async () => { await Promise.all(started.splice(0).map((one) => one.stop())); });

describe('GUIDs', () => {
  test('as the documentation shows them', () => {
    const bytes = guidBytes('e1418d64-096c-4cb0-b903-ebb66562d99d')!;
    expect(Buffer.from(bytes).toString('hex')).toBe('648d41e16c09b04cb903ebb66562d99d');
    expect(guidText(bytes, true)).toBe('<GUID=648d41e16c09b04cb903ebb66562d99d>');
    expect(guidBytes('<GUID=e1418d64-096c-4cb0-b903-ebb66562d99d>')).toEqual(bytes);
  });

  test('go from bytes to text and back in either format', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.boolean(), (bytes, old) => { expect(guidBytes(guidText(bytes, old)!)).toEqual(Uint8Array.from(bytes)); }));
  });

  test('of other length or form are none', () => {
    expect(guidText(new Uint8Array(15), false)).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => { expect([undefined, 16]).toContain(guidBytes(text)?.length); }));
  });
});

describe('times of Active Directory', () => {
  test('are intervals of 100 nanoseconds since 1601, shown as ISO 8601 [ldap 99]', () => {
    expect(intervalToIso('130698687542272930')).toBe('2015-03-03T15:05:54Z');
    expect(isoToInterval('2015-03-02T20:17:48Z')).toBe('130698010680000000');
    fc.assert(fc.property(fc.integer({ min: -11_000_000_000, max: 200_000_000_000 }), (second) => {
      const interval = intervalAt(second * 1000).toString();
      if (interval !== '0') expect(isoToInterval(intervalToIso(interval))).toBe(interval);
    }));
  });

  test('are compared as they are shown, whatever the fractions behind', () => {
    const SECOND = 10_000_000n;
    const start = intervalAt(Date.parse('2020-06-01T00:00:00Z'));
    const NEVER = 9_223_372_036_854_775_807n;
    const stored = fc.oneof(fc.bigInt({ min: start - 3n * SECOND, max: start + 3n * SECOND }), fc.constantFrom(0n, NEVER, start, start + SECOND, start - 1n));
    const compared = fc.integer({ min: -3, max: 3 }).map((seconds) => new Date(Date.parse('2020-06-01T00:00:00Z') + seconds * 1000).toISOString().replace('.000Z', 'Z'));
    const kinds = fc.constantFrom('equals' as const, 'greaterThan' as const, 'greaterThanOrEqual' as const, 'lessThan' as const, 'lessThanOrEqual' as const);
    const holds = (kind: string, left: string, right: string): boolean => (kind === 'equals' ? left === right : kind === 'greaterThan' ? left > right : kind === 'greaterThanOrEqual' ? left >= right : kind === 'lessThan' ? left < right : left <= right);
    const matches = (value: bigint, node: ReturnType<typeof parseFilter>): boolean => {
      if ('operands' in node) return node.kind === 'and' ? node.operands.every((one) => matches(value, one)) : node.operands.some((one) => matches(value, one));
      if ('operand' in node) return !matches(value, node.operand);
      if (!('value' in node)) return true;
      const bound = BigInt(String(node.value));
      return node.kind === 'equality' ? value === bound : node.kind === 'greaterOrEqual' ? value >= bound : value <= bound;
    };
    fc.assert(fc.property(stored, compared, kinds, (value, text, kind) => {
      const written = filterText({ kind, attribute: new Attribute('accountExpires', [text]) }, config)!;
      expect(matches(value, parseFilter(written))).toBe(holds(kind, intervalToIso(value.toString()), text));
    }), { numRuns: 500 });
  });

  test('of other configured attributes are generalized times [ldap 100]', () => {
    const on = (kind: 'equals' | 'greaterThan' | 'lessThan', name: string, value: string): string | undefined => filterText({ kind, attribute: new Attribute(name, [value]) }, config);
    expect(on('equals', 'whenCreated', '2015-12-17T13:12:54Z')).toBe('(&(whenCreated>=20151217131254.0Z)(!(whenCreated>=20151217131255.0Z)))');
    expect(on('greaterThan', 'whenChanged', '2015-12-17T13:12:54Z')).toBe('(whenChanged>=20151217131255.0Z)');
    // The directory's own form goes as it is, as do attributes that are not configured.
    expect(on('equals', 'whenCreated', '20151217131254.0Z')).toBe('(whenCreated=20151217131254.0Z)');
    expect(on('equals', 'pwdLastSet', '130698687542272930')).toBe('(pwdLastSet=130698687542272930)');
    expect(filterText({ kind: 'equals', attribute: new Attribute('pwdLastSet', ['2015-12-17T13:12:54Z']) }, ldapConfig({ convertADIntervalToISO8601: [] }))).toBe('(pwdLastSet=2015-12-17T13:12:54Z)');
    expect(ldapConfig().convertADIntervalToISO8601).toEqual(['pwdLastSet', 'accountExpires', 'lockoutTime', 'lastLogon']);
    expect(ldapConfig().convertGTToISO8601).toEqual(['whenCreated', 'whenChanged']);
    expect(generalizedTimeToIso('20151217131254.0Z')).toBe('2015-12-17T13:12:54Z');
  });
});

describe('filters', () => {
  test('on GUIDs ask for bytes; what is no GUID matches nothing there and is left over', () => {
    const byGuid = ldapConfig({ uidAttribute: 'objectGUID' });
    expect(filterText({ kind: 'equals', attribute: new Uid('e1418d64-096c-4cb0-b903-ebb66562d99d') }, byGuid)).toBe('(objectGUID=\\64\\8d\\41\\e1\\6c\\09\\b0\\4c\\b9\\03\\eb\\b6\\65\\62\\d9\\9d)');
    expect(filterText({ kind: 'equals', attribute: new Uid('x') }, byGuid)).toBeUndefined();
    expect(filterText({ kind: 'startsWith', attribute: new Attribute('objectGUID', ['e1']) }, byGuid)).toBeUndefined();
  });

  test('on flags count as native until the server is known', () => {
    const enabled: Filter = { kind: 'equals', attribute: new Attribute('__ENABLE__', [true]) };
    expect(splitFilter(enabled, config).native).toBe(enabled);
    expect(splitFilter(enabled, config, undefined, () => undefined).residual).toBe(enabled);
  });
});

async function changed(type: ConstructorParameters<typeof MemoryDirectory>[0], held: Readonly<Record<string, string>>, values: Readonly<Record<string, IcfValue>>, objectClass = ACCOUNT, own = config) {
  const directory = new MemoryDirectory(type).put(DN, { cn: 'a', ...held });
  const session = sessionOn(directory, own);
  await update(session, request(objectClass, { uid: new Uid(DN), attributes: attributes(values) }), call());
  return directory.changes.map(({ changes }) => changes.map(({ operation, attribute, values: list }) => `${operation} ${attribute} ${list.map(String).join(',')}`));
}

describe('flags', () => {
  test('of AD LDS are attributes of their own', async () => {
    expect(await changed('adLds', {}, { __ENABLE__: false, __DONT_EXPIRE_PASSWORD__: true, __LOCK_OUT__: false })).toEqual([['replace msDS-UserAccountDisabled TRUE', 'replace msDS-UserDontExpirePassword TRUE', 'replace lockoutTime 0']]);
    await expect(changed('adLds', {}, { __SMARTCARD_REQUIRED__: true })).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
  });

  test('that cannot be read are not overwritten', async () => {
    await expect(changed('activeDirectory', {}, { __ENABLE__: false })).rejects.toMatchObject({ kind: 'permissionDenied', message: expect.stringContaining('userAccountControl') as string });
  });

  test('of another kind of server are refused, in updates and creates', async () => {
    await expect(changed('openDj', {}, { __ENABLE__: false })).rejects.toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringContaining('__ENABLE__') as string });
    const directory = new MemoryDirectory('openDj');
    await expect(create(sessionOn(directory, config), request(ACCOUNT, { attributes: attributes({ __NAME__: DN, __LOCK_OUT__: true }) }), call())).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
    expect(directory.requests).toEqual([]);
  });

  test('are no values that can be added or removed', async () => {
    const { addValues } = await import('../../../connectors/catalog/ldap/update.js');
    const directory = new MemoryDirectory('activeDirectory').put(DN, { cn: 'a' });
    await expect(addValues(sessionOn(directory, config), request(ACCOUNT, { uid: new Uid(DN), attributes: attributes({ __ENABLE__: true }) }), call())).rejects.toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringContaining('replace it') as string });
  });

  test('are written with the password in one request, an expiry before it only where that is needed [ldap 85]', async () => {
    const own = ldapConfig({ uidAttribute: 'dn', passwordAttribute: 'unicodePwd', ssl: true });
    const both = await changed('activeDirectory', { userAccountControl: '514' }, { __PASSWORD__: new GuardedString('x'), __ENABLE__: true, __PASSWORD_EXPIRED__: false }, ACCOUNT, own);
    expect(both.map((changes) => changes.map((one) => one.replace(/unicodePwd .*$/s, 'unicodePwd')))).toEqual([['replace unicodePwd', 'replace userAccountControl 512']]);
    expect(await changed('activeDirectory', {}, { __PASSWORD_EXPIRED__: false })).toEqual([['replace pwdLastSet 0'], ['replace pwdLastSet -1']]);
  });

  test('of groups keep what they do not say', async () => {
    expect(await changed('activeDirectory', { groupType: '-2147483646' }, { __GROUP_SCOPE__: 'universal' }, GROUP)).toEqual([['replace groupType -2147483640']]);
  });
});

test('the naming attribute is not written where Active Directory would refuse that', async () => {
  expect(await changed('activeDirectory', {}, { cn: 'A', sn: 'x' })).toEqual([['replace sn x']]);
  expect(await changed('openDj', {}, { cn: 'A', sn: 'x' })).toEqual([['replace cn A', 'replace sn x']]);
});

test.each([['00000056: AtrErr', 'invalidCredential'], ['0000052D: SvcErr', 'invalidAttributeValue'], ['0000001F: SvcErr', 'connectorSecurity'], ['00002035: LdapErr', 'permissionDenied']])('what the system error in %s means is told', (text, kind) => {
  expect(resultError(new LdapResultError(53, '', text), { operation: 'modify', dn: DN, server: 'ldaps://h' })).toMatchObject({ kind });
});

describe('values in ranges', () => {
  const MEMBERS = Array.from({ length: 3700 }, (_, i) => `cn=m${i},dc=x`);

  /** Gives 1,500 values at a time, as Active Directory does. */
  async function withRanges(asked: string[]): Promise<FakeLdap> {
    const server = await startFakeLdap((incoming) => {
      if (incoming.operation !== OP.search) return undefined;
      if (incoming.dn === '') return [entry(incoming, '', { supportedCapabilities: ['1.2.840.113556.1.4.800'] }), done(incoming)];
      const from = asked.length === 0 ? 0 : 1500 * asked.length;
      const to = Math.min(from + 1500, MEMBERS.length);
      asked.push(`${from}`);
      const name = `member;range=${from}-${to === MEMBERS.length ? '*' : to - 1}`;
      return [entry(incoming, 'cn=g,dc=x', { cn: ['g'], member: [], [name]: MEMBERS.slice(from, to) }), done(incoming)];
    });
    started.push(server);
    return server;
  }

  test('are read to their end', async () => {
    const asked: string[] = [];
    const server = await withRanges(asked);
    const directory = await openDirectory(ldapConfig({ host: '127.0.0.1', port: server.port }), new LogKeeper(), quiet());
    started.push({ stop: () => directory.close() });
    const found = await directory.read('cn=g,dc=x', ['cn', 'member'], quiet()) as Entry;
    expect(texts(found, 'member')).toEqual(MEMBERS);
    expect([...found.attributes.keys()]).toEqual(['cn', 'member']);
    expect(firstText(found, 'cn')).toBe('g');
    expect(asked).toEqual(['0', '1500', '3000']);
  });
});

describe('update sequence numbers', () => {
  test('come in order and whole, whatever their density, from ranges that hold few', async () => {
    await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 5000 }), { maxLength: 300 }), async (numbers) => {
      const read = async function* (from: number, to: number): AsyncGenerator<{ usn: number }> {
        for (const usn of numbers) if (usn >= from && usn <= to) yield { usn };
      };
      const given: number[] = [];
      for await (const part of inOrder(read, 1, 5000, 20)) {
        expect(part.length).toBeLessThanOrEqual(20);
        given.push(...part.map(({ usn }) => usn));
      }
      expect(given).toEqual([...numbers].sort((a, b) => a - b));
    }), { numRuns: 50 });
  });

  test('in tokens', () => {
    const server = '0cb2f7a5-1111-2222-3333-444455556666';
    expect(parseUsnToken(usnToken({ usn: 86144, server }).value)).toEqual({ usn: 86144, server });
    expect(parseUsnToken('86144')).toEqual({ usn: 86144, server: undefined });
    for (const other of ['', 'x', '20260131235959Z', '-1', 1.5, true, null]) expect(parseUsnToken(other)).toBeUndefined();
  });
});

test('the DirSync control has the form of MS-ADTS', () => {
  const { oid, critical, value } = dirSyncControl(Buffer.from('cookie'));
  expect({ oid, critical }).toEqual({ oid: '1.2.840.113556.1.4.841', critical: true });
  expect(value!.toString('hex')).toBe(`30110202080102031000000406${Buffer.from('cookie').toString('hex')}`);
  expect(dirSyncAnswer([{ oid, value: Buffer.from('30090201010201000401aa', 'hex') }])).toEqual({ more: true, cookie: Uint8Array.from([0xaa]) });
  expect(dirSyncAnswer([])).toBeUndefined();
});
