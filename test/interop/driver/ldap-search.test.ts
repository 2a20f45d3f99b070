import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import ldapConnector from '../../../connectors/catalog/ldap/index.js';
import type { OpenLdap } from '../../targets/openldap.js';
import type { JavaConnection } from '../support/java-connection.js';
import { JavaDriver } from '../support/java-driver.js';
import type { JavaFacade } from '../support/java-facade.js';
import { valuesOf, type JavaFilter, type JavaOptions, type JavaValue } from '../support/java-values.js';
import { LDAP_KEY } from './support/connector-keys.js';
import { JAVA_CLASS, failureOf } from './support/failure-of.js';
import { KEY, ListeningAgent } from './support/listening-agent.js';
import { GUESTS, STAFF, ldapProperties, startPeopleDirectory } from './support/openldap-people.js';
import { PEOPLE } from './support/people.js';
import { provenOn } from './support/proven.js';
import { describeSearches } from './support/search-suite.js';
import { Started } from './support/started.js';

const ACCOUNT = '__ACCOUNT__';
const POSIX = (uid: string, number: number): string => `dn: uid=${uid},${GUESTS}
objectClass: inetOrgPerson
objectClass: posixAccount
uid: ${uid}
cn: Guest ${number}
sn: Guest
uidNumber: ${number}
gidNumber: 1
homeDirectory: /home/${uid}

`;

const started = new Started();
let server: OpenLdap;
let agent: ListeningAgent;
let driver: JavaDriver;
let connection: JavaConnection;
let ldap: JavaFacade;
/** As `ldap`, with the guests. */
let everybody: JavaFacade;

beforeAll(async () => {
  server = started.add(await startPeopleDirectory(POSIX('guest9', 9) + POSIX('guest10', 10) + POSIX('guest100', 100)));
  agent = started.add(await ListeningAgent.start({ connectors: [ldapConnector] }));
  driver = started.add(await JavaDriver.start());
  connection = await driver.connect({ port: agent.port, key: KEY });
  ldap = await connection.configure(LDAP_KEY, ldapProperties(server, { baseContexts: [STAFF], accountSearchFilter: '(&(objectClass=inetOrgPerson)(!(objectClass=posixAccount)))' }));
  everybody = await connection.configure(LDAP_KEY, ldapProperties(server));
});
afterAll(() => started.stopAll());

describeSearches({
  proven: provenOn('ldap'), isDirectory: true, idAttribute: 'uid', facade: () => ldap,
  idOf: ({ name }) => /^uid=([^,]+),/.exec(name)?.[1] ?? name,
  names: { given: 'givenName', mail: 'mail', department: 'departmentNumber', badge: 'employeeNumber', city: 'l' },
});

const uids = async (filter: JavaFilter | null, options: JavaOptions = {}, facade = everybody): Promise<string[]> =>
  (await facade.search(ACCOUNT, filter, { options })).objects.map(({ name }) => /^uid=([^,]+),/.exec(name)?.[1] ?? name).sort();

describe('attributes of several values', () => {
  const withPhones = (...phones: string[]): string[] => PEOPLE.filter((person) => phones.every((phone) => person.phones.includes(phone))).map(({ uid }) => uid);

  it('containsAllValues: those that hold them all, perhaps besides others', async () => {
    expect(await uids({ type: 'containsAllValues', attribute: 'telephoneNumber', values: ['+47 2'] }, {}, ldap)).toEqual(withPhones('+47 2'));
    expect(await uids({ type: 'containsAllValues', attribute: 'telephoneNumber', values: ['+1 3', '+1 1'] }, {}, ldap)).toEqual(['grace']);
    expect(await uids({ type: 'containsAllValues', attribute: 'telephoneNumber', values: ['+1 3', '+47 1'] }, {}, ldap)).toEqual([]);
  });

  it('equals with one value finds those that hold it among others, as a directory does', async () => {
    expect(await uids({ type: 'equals', attribute: 'telephoneNumber', values: ['+47 1'] }, {}, ldap)).toEqual(withPhones('+47 1'));
  });
});

describe('what the directory orders by its schema', () => {
  const compare = (type: 'greaterThan' | 'greaterThanOrEqual' | 'lessThan' | 'lessThanOrEqual', value: JavaValue): Promise<string[]> => uids({ type, attribute: 'uidNumber', value });

  it('numbers compare as numbers, given as text, Integer or Long', async () => {
    expect(await compare('greaterThan', '9')).toEqual(['guest10', 'guest100']);
    expect(await compare('greaterThanOrEqual', { type: 'Integer', value: '10' })).toEqual(['guest10', 'guest100']);
    expect(await compare('lessThan', { type: 'Long', value: '10' })).toEqual(['guest9']);
    expect(await compare('lessThanOrEqual', '10')).toEqual(['guest10', 'guest9']);
  });

  it('an extended filter names a matching rule of the directory', async () => {
    expect(await uids({ type: 'extended', operator: 'caseExactMatch', attribute: 'l', values: ['Oslo'] }, {}, ldap)).toEqual(['amina', 'elif', 'jamal']);
    expect(await failureOf(uids({ type: 'extended', operator: 'no rule at all', attribute: 'l', values: ['Oslo'] }))).toMatchObject({ javaClass: JAVA_CLASS.unsupported });
  });
});

describe('scope and container', () => {
  let staff: { objectClass: string; uid: string };
  beforeAll(async () => {
    const { objects } = await everybody.search('organizationalUnit', { type: 'equals', attribute: 'ou', values: ['staff'] });
    staff = { objectClass: 'organizationalUnit', uid: objects[0]!.uid };
  });
  const guests = ['guest10', 'guest100', 'guest9'];
  const people = PEOPLE.map(({ uid }) => uid);

  it('subtree is the default; one level leaves out what lies deeper; object is the container itself', async () => {
    expect(await uids(null, { container: staff })).toEqual([...guests, ...people].sort());
    expect(await uids(null, { container: staff, scope: 'subtree' })).toEqual([...guests, ...people].sort());
    expect(await uids(null, { container: staff, scope: 'onelevel' })).toEqual([...people].sort());
    expect(await uids(null, { container: staff, scope: 'object' })).toEqual([]);
    const self = await everybody.search('organizationalUnit', null, { options: { container: staff, scope: 'object' } });
    expect(self.objects.map(({ name }) => name)).toEqual([STAFF]);
  });

  it('one level together with a filter and pages', async () => {
    const { objects, result } = await everybody.search(ACCOUNT, { type: 'presence', attribute: 'mail' }, { options: { container: staff, scope: 'onelevel', pageSize: 100 } });
    expect(objects).toHaveLength(PEOPLE.filter(({ mail }) => mail !== undefined).length);
    expect(result?.pagedResultsCookie).toBeNull();
  });

  it('an entry by its uid and by its name; a name that does not exist is nobody', async () => {
    const { objects } = await everybody.search(ACCOUNT, { type: 'equals', attribute: '__NAME__', values: [`UID=Guest9, ${GUESTS}`] });
    expect(objects).toHaveLength(1);
    expect(valuesOf(objects[0]!, 'uidNumber')).toEqual(['9']);
    expect(await uids({ type: 'equals', attribute: '__UID__', values: [objects[0]!.uid] })).toEqual(['guest9']);
    expect(await uids({ type: 'equals', attribute: '__NAME__', values: [`uid=guest8,${GUESTS}`] })).toEqual([]);
  });
});

describe('ways of reading', () => {
  it.each([
    ['no blocks', { useBlocks: false }], ['paged results', { useBlocks: true, usePagedResultControl: true, blockSize: 3 }], ['virtual list views', { useBlocks: true, usePagedResultControl: false, blockSize: 3 }],
  ])('%s: everybody once, all together and by pages', async (_way, settings) => {
    const facade = await connection.configure(LDAP_KEY, ldapProperties(server, settings));
    expect(await uids(null, {}, facade)).toHaveLength(PEOPLE.length + 3);
    const seen: string[] = [];
    let cookie: string | null | undefined;
    do {
      const { objects, result } = await facade.search(ACCOUNT, null, { options: { pageSize: 4, ...(typeof cookie === 'string' ? { pagedResultsCookie: cookie } : {}) } });
      seen.push(...objects.map(({ uid }) => uid));
      cookie = result?.pagedResultsCookie;
    } while (typeof cookie === 'string' && seen.length < 100);
    expect(new Set(seen).size).toBe(PEOPLE.length + 3);
    expect(seen).toHaveLength(PEOPLE.length + 3);
  });

  it('run as another user, by the user name; a wrong password is refused', async () => {
    const asAmina = { runAsUser: 'amina', runWithPassword: 'pw-amina' };
    expect(await uids({ type: 'equals', attribute: 'uid', values: ['boris'] }, asAmina)).toEqual(['boris']);
    expect(await failureOf(uids(null, { ...asAmina, runWithPassword: 'wrong' }))).toMatchObject({ javaClass: JAVA_CLASS.invalidCredential });
  });
});

const byUid = (uid: string): JavaFilter => ({ type: 'equals', attribute: 'uid', values: [uid] });

describe('pool', () => {
  it('fifty operations at once through two connections', async () => {
    const facade = await connection.configure(LDAP_KEY, ldapProperties(server), { pool: { maxObjects: 2, maxIdle: 2, minIdle: 0 } });
    const names = ['amina', 'boris', 'chloe', 'dmitri', 'elif'];
    const found = await Promise.all(Array.from({ length: 50 }, async (_, index) => (await facade.search(ACCOUNT, byUid(names[index % 5]!))).objects.map(({ name }) => name)));
    expect(found).toEqual(Array.from({ length: 50 }, (_, index) => [`uid=${names[index % 5]!},${STAFF}`]));
  });

  it('a connection the server has cut is replaced', async () => {
    const facade = await connection.configure(LDAP_KEY, ldapProperties(server), { pool: { maxObjects: 3 } });
    await facade.test();
    await server.pause();
    const failure = await failureOf(facade.search(ACCOUNT, byUid('amina')));
    expect([JAVA_CLASS.connectionFailed, JAVA_CLASS.connectionBroken]).toContain(failure.javaClass);
    await server.resume();
    expect((await facade.search(ACCOUNT, byUid('amina'))).count).toBe(1);
    await facade.test();
  });

  it('without the framework\'s result handlers, filters are the directory\'s own', async () => {
    const facade = await connection.configure(LDAP_KEY, ldapProperties(server), {
      resultsHandlers: { enableNormalizingResultsHandler: false, enableFilteredResultsHandler: false, enableAttributesToGetSearchResultsHandler: false }, producerBufferSize: 0,
    });
    expect((await facade.search(ACCOUNT, { type: 'and', filters: [byUid('amina'), { type: 'equals', attribute: 'l', values: ['OSLO'] }] })).count).toBe(1);
  });
});
