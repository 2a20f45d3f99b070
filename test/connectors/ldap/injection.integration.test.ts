import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticate, resolveUsername } from '../../../connectors/catalog/ldap/authenticate.js';
import { create } from '../../../connectors/catalog/ldap/create.js';
import { remove } from '../../../connectors/catalog/ldap/delete.js';
import { escapeDnValue } from '../../../connectors/catalog/ldap/dn.js';
import { search } from '../../../connectors/catalog/ldap/search.js';
import { update } from '../../../connectors/catalog/ldap/update.js';
import { ACCOUNT, Attribute, ConnectorError, GuardedString, IcfArray, OperationOptions, Uid, type Filter } from '../../../protocol/model/index.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import { configFor, people } from './ldap-config.js';
import { attributes, call, change, openSession, request, type TestSession } from './session.js';

/** Values that would become structure if they were pasted into filters or DNs; against a real slapd, not our own parser. */

const VICTIM = 'uid=user0,ou=people,dc=example,dc=com';
const OPERATORS = ['*', '(', ')', '\\', '\0', '&', '|', '!', '=', '~=', '>=', ',', '+', '"', '<', '>', ';', '#', ' ', '\n', '\r', '/', '\\2a', '\\28', ':dn:=', '\u202e', 'é'];
const ATTACKS = [
  '*', '*)(uid=*', '*)(|(uid=*', 'x)(|(objectClass=*)', ')(cn=*))(|(cn=*', '\\2a', '\\', 'x\\', '\0', 'user0\0', '(uid=user0)', '&(uid=*)', ')', '((', ' ', 'user0)(&', '*)(userPassword=*', '\\5c2a', 'user*', '!(uid=x)',
];
const piece = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...OPERATORS, 'user0', 'uid', 'objectClass') }, { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 4 }) });
const hostile = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join('')).filter((text) => text.trim() !== '' && !/^user\d+$/.test(text));

let server: OpenLdap;
let session: TestSession;

beforeAll(async () => {
  server = await startOpenLdap({ ldif: people(20) });
  session = await openSession(configFor(server, { accountUserNameAttributes: ['uid', 'cn'] }));
  await change(session, VICTIM, { operation: 'replace', attribute: 'userPassword', values: ['secret'] });
});
afterAll(async () => {
  await session.close();
  await server.stop();
});

async function find(filter: Filter): Promise<string[]> {
  const found: string[] = [];
  for await (const object of search(session, { objectClass: ACCOUNT, filter, options: OperationOptions.none }, call())) found.push(object.get('uid')?.single as string);
  return found;
}

const refusal = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, (error: unknown) => error);

describe('filters', () => {
  test.each(ATTACKS)('equals %j finds nobody', async (value) => {
    expect(await find({ kind: 'equals', attribute: Attribute.of('uid', value) })).toEqual([]);
    expect(await find({ kind: 'equals', attribute: new Uid(value.trim() === '' ? 'x' : value) }).catch((error: unknown) => { if (error instanceof ConnectorError) return []; throw error; })).toEqual([]);
  });

  test('whatever the value, no filter finds an entry that does not hold it', async () => {
    const kinds = fc.constantFrom('equals' as const, 'startsWith' as const, 'endsWith' as const, 'contains' as const, 'containsAllValues' as const);
    await fc.assert(fc.asyncProperty(kinds, hostile, async (kind, value) => {
      const found = await find({ kind, attribute: Attribute.of('uid', value) });
      // Matching ignores case and folds spaces (RFC 4518), so the bare characters have to be there.
      const bare = value.toLowerCase().replaceAll(/[\s\p{Cc}\p{Cf}]/gu, '');
      for (const uid of found) expect(bare === '' || uid.includes(bare), `${kind} ${JSON.stringify(value)} found ${uid}`).toBe(true);
    }), { numRuns: 300 });
  });

  test('attribute names are names or are not sent', async () => {
    await fc.assert(fc.asyncProperty(hostile, async (name) => {
      const found = await find({ kind: 'equals', attribute: Attribute.of(name, 'nobody') }).catch((error: unknown) => {
        if (error instanceof ConnectorError) return [];
        throw error;
      });
      // What the server cannot judge is handed to the facade, which filters: everything, or nothing, but no error of ours.
      expect([0, 20]).toContain(found.length);
    }), { numRuns: 150 });
  });

  test('matching rules are rules or are not sent', async () => {
    await fc.assert(fc.asyncProperty(hostile, async (operator) => {
      const found = await find({ kind: 'extendedMatch', operator, attribute: Attribute.of('uid', 'nobody') }).catch((error: unknown) => {
        if (error instanceof ConnectorError) return [];
        throw error;
      });
      expect([0, 20]).toContain(found.length);
    }), { numRuns: 100 });
  });
});

describe('user names', () => {
  test.each(ATTACKS)('%j is nobody', async (username) => {
    expect(await refusal(authenticate(session, { ...request(ACCOUNT, { username, password: new GuardedString('secret') }) }, call()))).toMatchObject({ kind: 'invalidCredential' });
    expect(await refusal(resolveUsername(session, request(ACCOUNT, { username }), call()))).toBeInstanceOf(ConnectorError);
  });

  test.each(['uid=*)(|(uid', '*', 'uid)(cn', 'uid:dn:2.5.13.5:', '', 'a b', 'uid=user0)(uid'])('the attribute %j to look them up in is refused', async (attribute) => {
    const options = OperationOptions.of({ ldap_uid_attributes: new IcfArray('String', [attribute]) });
    expect(await refusal(authenticate(session, { objectClass: ACCOUNT, username: 'user0', password: new GuardedString('secret'), options }, call()))).toMatchObject({ kind: 'illegalArgument' });
  });

  test('an empty password proves nothing', async () => {
    expect(await refusal(authenticate(session, request(ACCOUNT, { username: 'user0', password: new GuardedString('') }), call()))).toMatchObject({ kind: 'invalidCredential' });
    expect(await authenticate(session, request(ACCOUNT, { username: 'user0', password: new GuardedString('secret') }), call())).toBeInstanceOf(Uid);
  });
});

describe('names of entries', () => {
  test('whatever a name holds, the entry is made under ou=people and nowhere else, and holds that name', async () => {
    await fc.assert(fc.asyncProperty(hostile, async (name) => {
      const dn = `cn=${escapeDnValue(name)},ou=people,dc=example,dc=com`;
      const created = await create(session, { ...request(ACCOUNT, { attributes: attributes({ __NAME__: dn, sn: 'x', cn: name }) }) }, call()).catch((error: unknown) => {
        if (error instanceof ConnectorError) return undefined;       // a server may refuse a control character
        throw error;
      });
      if (created === undefined) return;
      const entry = await session.directory.read(dn, ['cn'], call().signal);
      expect(entry?.dn.toLowerCase().endsWith(',ou=people,dc=example,dc=com')).toBe(true);
      expect(entry?.attributes.get('cn')?.values.map((value) => Buffer.from(value).toString('utf8'))).toContain(name);
      await remove(session, { ...request(ACCOUNT, { uid: created }) }, call());
    }), { numRuns: 120 });
  });

  test.each(ATTACKS)('a uid %j deletes and changes nobody', async (value) => {
    if (value.trim() === '') return;
    const before = (await find({ kind: 'presence', name: 'uid' })).length;
    expect(await refusal(Promise.resolve(remove(session, request(ACCOUNT, { uid: new Uid(value) }), call())))).toBeInstanceOf(ConnectorError);
    expect(await refusal(Promise.resolve(update(session, { ...request(ACCOUNT, { uid: new Uid(value), updateType: 'REPLACE' as const, attributes: attributes({ title: 'owned' }) }) }, call())))).toBeInstanceOf(ConnectorError);
    expect(before).toBe(20);
    expect((await find({ kind: 'presence', name: 'uid' })).length).toBe(before);
    expect(await find({ kind: 'equals', attribute: Attribute.of('title', 'owned') })).toEqual([]);
  });
});
