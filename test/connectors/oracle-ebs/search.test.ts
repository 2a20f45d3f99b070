import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import ebs from '../../../connectors/catalog/oracle-ebs/index.js';
import { evaluateFilter } from '../../../connectors/framework/index.js';
import { ACCOUNT, Attribute, GuardedString, IcfArray, Name, OPTION, OperationOptions, Uid, type Filter, type SyncDelta, type SyncToken } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { ConnectorCaller, failure, plain } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { FakeEbs, replaceConnections } from '../../targets/oracle-ebs.js';

replaceConnections();

let server: FakeEbs;
let caller: ConnectorCaller;
let number = 0;

function connect(changes = {}): ConnectorCaller {
  return new ConnectorCaller(ebs, { url: server.url, username: server.login.user, password: server.login.password, ...changes });
}

beforeEach(async () => {
  server = new FakeEbs(`search${++number}.test`);
  caller = connect();
  for (let index = 0; index < 7; index++) {
    server.now = `2022-12-0${index + 1} 10:00:00`;
    await caller.create(ACCOUNT, new Name(`USER_${index}%`), Attribute.of('EMAIL_ADDRESS', `m${index}@example.com`), Attribute.of('SESSION_NUMBER', index), ...(index === 3 ? [Attribute.of('END_DATE', '08-Nov-22')] : []));
  }
  server.statements.length = 0;
});
afterEach(() => caller.dispose());

const on = (name: string, value: string | number) => Attribute.of(name, value);
const names = async (filter: Filter) => (await caller.search(ACCOUNT, filter)).items.map(({ name }) => name.value);

describe('the configuration of the Oracle EBS connector', () => {
  it.each([[{ url: null }, /url is missing/], [{ url: 'jdbc:postgresql://h/d' }, /Oracle/], [{ username: ' ' }, /username is missing/], [{ abandonWhenPercentageFull: 101 }, /between 0 and 100/], [{ pageSize: 0 }, /pageSize/]])('[oracle-ebs 30] refuses %j', async (changes, message) => {
    const broken = connect(changes);
    const error = await failure(broken.test());
    expect(error.kind).toBe('configuration');
    expect(error.message).toMatch(message);
    await broken.dispose();
  });

  it('[oracle-ebs 1] [oracle-ebs 26] has the key of the Java connector and reads 50 at a time', () => {
    expect(ebs.key).toEqual({ bundleName: 'org.forgerock.openicf.connectors.ebs-connector', bundleVersion: '1.5.20.26', connectorName: 'org.forgerock.openicf.connectors.oracleebs.OracleEbsConnector' });
    expect(ebs.properties.pageSize.default).toBe(50);
    expect([ebs.properties.validationQuery.default, ebs.properties.testOnBorrow.default]).toEqual(['select 1 from dual', true]);
  });

  it('[oracle-ebs 4] tests by logging in, and says what is wrong with a login', async () => {
    await caller.test();
    const stranger = connect({ password: 'Wrong-Passw0rd' });
    const error = await failure(stranger.test());
    expect(error.kind).toBe('invalidCredential');
    expect(error.message).not.toContain('Wrong-Passw0rd');
    await stranger.dispose();
  });
});

describe('searching Oracle EBS', () => {
  const filters: Filter[] = [
    { kind: 'equals', attribute: on('USER_NAME', 'USER_2%') }, { kind: 'equals', attribute: new Uid('1015490') }, { kind: 'equals', attribute: new Uid('no number') },
    { kind: 'startsWith', attribute: on('EMAIL_ADDRESS', 'm4') }, { kind: 'endsWith', attribute: on('USER_NAME', '%') }, { kind: 'contains', attribute: on('USER_NAME', '_5') },
    { kind: 'equals', attribute: on('SESSION_NUMBER', 5) }, { kind: 'equals', attribute: on('END_DATE', '08-Nov-22') }, { kind: 'contains', attribute: on('LAST_UPDATE_DATE', 'Dec') },
    { kind: 'equals', attribute: on('LAST_UPDATE_LOGIN', 1_015_131) }, { kind: 'startsWith', attribute: on('USER_ID', '10154') },
    { kind: 'and', operands: [{ kind: 'endsWith', attribute: on('EMAIL_ADDRESS', 'example.com') }, { kind: 'or', operands: [{ kind: 'equals', attribute: on('SESSION_NUMBER', 1) }, { kind: 'contains', attribute: on('USER_NAME', '6') }] }] },
  ];

  it.each(filters)('finds in the database what the filter means: %j', async (filter) => {
    const all = (await caller.search(ACCOUNT)).items;
    server.statements.length = 0;
    expect(await names(filter)).toEqual(all.filter((object) => evaluateFilter(filter, object) === true).map(({ name }) => name.value));
    expect(ebs.nativeFilter?.(filter, ACCOUNT, {} as never).residual).toBeUndefined();
  });

  it('leaves to the facade what the database cannot decide', async () => {
    expect(await names({ kind: 'and', operands: [{ kind: 'startsWith', attribute: on('USER_NAME', 'USER') }, { kind: 'not', operand: { kind: 'equals', attribute: on('SESSION_NUMBER', 1) } }, { kind: 'lessThan', attribute: on('SESSION_NUMBER', 3) }] })).toEqual(['USER_0%', 'USER_2%']);
  });

  it('compares a text with the responsibilities that are assigned now', async () => {
    const { items } = await caller.search(ACCOUNT, { kind: 'equals', attribute: on('USER_NAME', 'USER_4%') });
    await caller.update(ACCOUNT, items[0]!.uid, new Attribute('RESPONSIBILITY', [new Map([['RESP_APP', 'IBE'], ['RESP_KEY', 'IBE_CUSTOMER']])]));
    expect(await names({ kind: 'equals', attribute: on('RESPONSIBILITY', 'IBE_CUSTOMER') })).toEqual(['USER_4%']);
    expect(await names({ kind: 'startsWith', attribute: on('RESPONSIBILITY', 'IBE_X') })).toEqual([]);
  });

  it('compares the encrypted password as a whole only, and never gives it out', async () => {
    expect(await names({ kind: 'equals', attribute: on('ENCRYPTED_USER_PASSWORD', 'ZGUSER_1%') })).toEqual(['USER_1%']);
    expect(await names({ kind: 'startsWith', attribute: on('ENCRYPTED_USER_PASSWORD', 'ZG') })).toEqual([]);
    const { items } = await caller.search(ACCOUNT, undefined, { [OPTION.attributesToGet]: new IcfArray('String', ['ENCRYPTED_USER_PASSWORD', 'CREATED_BY', 'LAST_UPDATE_BY', 'CREATION_DATE']) });
    expect(plain(items[0]!)).toEqual({ __UID__: '1015488', __NAME__: 'USER_0%', CREATED_BY: '1015131', LAST_UPDATE_BY: '1015131', CREATION_DATE: '01-Dec-22' });
  });

  it('[oracle-ebs 24] gives the ids of all responsibilities', async () => {
    const { items } = await caller.search('RESPONSIBILITY', undefined, { [OPTION.attributesToGet]: new IcfArray('String', []) });
    expect(items.map(({ uid }) => uid.value)).toEqual(['21764', '21765', '21766', '50832']);
  });

  it('[oracle-ebs 11] [oracle-ebs 25] finds a responsibility by its id with all it has', async () => {
    const { items } = await caller.search('RESPONSIBILITY', { kind: 'equals', attribute: new Uid('50832') });
    expect(items.map(plain)).toEqual([{
      __UID__: '50832', __NAME__: 'CHEF CULINAIR', LAST_UPDATE_LOGIN: 0, ZD_SYNC: 'SYNCED', RESPONSIBILITY_KEY: 'CHEF CULINAIR', ZD_EDITION_NAME: 'SET1', DATA_GROUP_ID: '0', DATA_GROUP_APPLICATION_ID: '20021', MENU_ID: '1000542',
      WEB_HOST_NAME: '`', START_DATE: '10-Feb-98', CREATION_DATE: '10-Feb-98', LAST_UPDATE_DATE: '10-Feb-98', VERSION: '4', APPLICATION_ID: '20021', RESPONSIBILITY_ID: '50832', LAST_UPDATED_BY: 2, CREATED_BY: 0, RESPONSIBILITY_NAME: 'Chef',
    }]);
  });

  it('leaves out columns that an older release does not have', async () => {
    server.hasEditions = false;
    const { items } = await caller.search('RESPONSIBILITY', { kind: 'equals', attribute: on('RESPONSIBILITY_KEY', 'IBE_CUSTOMER') });
    expect(items[0]?.get('ZD_SYNC')).toBeUndefined();
    expect(server.statements.at(-1)).not.toContain('ZD_SYNC');
  });

  it('[oracle-ebs 26] gives everything once page by page, and holds no cursor in between', async () => {
    const small = connect({ pageSize: 2 });
    const found: string[] = [];
    let cookie: string | undefined;
    do {
      const page = await small.search(ACCOUNT, undefined, { [OPTION.pageSize]: 3, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) });
      found.push(...page.items.map(({ uid }) => uid.value));
      ({ cookie } = page);
      expect(server.openCursors).toBe(0);
    } while (cookie !== undefined);
    expect(found).toEqual(server.users.map(({ USER_ID }) => String(USER_ID)));
    await small.dispose();
  });
});

describe('changes of Oracle EBS', () => {
  const told = (items: readonly { readonly uid: Uid }[]) => items.map(({ uid }) => Number(uid.value) - 1_015_488);

  it('tells of every change once, in order, from where the last run ended', async () => {
    server.now = '2022-12-20 10:00:00';
    const first = await caller.sync(ACCOUNT, null);
    expect(told(first.items)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect((await caller.sync(ACCOUNT, first.end!)).items).toEqual([]);
    server.now = '2022-12-21 10:00:00';
    await caller.update(ACCOUNT, new Uid('1015492'), Attribute.of('FAX', '1'));
    await caller.update(ACCOUNT, new Uid('1015489'), new Attribute('RESPONSIBILITY', [new Map([['RESP_APP', 'IBE'], ['RESP_KEY', 'IBE_CUSTOMER']])]));
    expect((await caller.sync(ACCOUNT, first.end!)).items).toEqual([]);
    server.now = '2022-12-21 10:00:30';
    const second = await caller.sync(ACCOUNT, first.end!);
    expect(told(second.items)).toEqual([1, 4]);
    expect(second.items.every(({ kind }) => kind === 'CREATE_OR_UPDATE')).toBe(true);
    expect(told((await caller.sync(ACCOUNT, second.items[0]!.token)).items)).toEqual([4]);
  });

  it('tells of 1,000 mixed changes exactly once and in order, where runs are broken off and other agents go on', async () => {
    const CHANGES = 1000;
    const stamp = (second: number) => new Date(Date.UTC(2023, 0, 1, 0, 0, second)).toISOString().slice(0, 19).replace('T', ' ');
    const [model] = server.users;
    const add = (id: number, at: string) => server.users.push({ ...model, USER_ID: id, USER_NAME: `MANY_${id}`, LAST_UPDATE_DATE: at });
    for (let id = 0; id < CHANGES; id++) if (id % 3 !== 0) add(id, '2022-12-10 00:00:00');
    server.now = '2022-12-31 00:00:00';
    const token = await caller.facade.perform({ kind: 'latestSyncToken', objectClass: ACCOUNT }, calling()) as SyncToken;
    // Seven a second: a created user, a changed one, one with another responsibility.
    for (let id = 0; id < CHANGES; id++) {
      const at = stamp(Math.floor(id / 7));
      if (id % 3 === 0) add(id, at);
      else if (id % 3 === 1) server.users.find(({ USER_ID }) => USER_ID === id)!['LAST_UPDATE_DATE'] = at;
      else server.assignments.push({ userId: id, application: 'IBE', key: 'IBE_CUSTOMER', group: 'STANDARD', description: null, start: at, end: null, changed: at });
    }
    server.now = '2023-01-02 00:00:00';
    const told: number[] = [];
    let from = token;
    for (const taken of [1, 6, 93, 400]) {
      const other = connect({ pageSize: 100 });
      const run = other.facade.stream({ kind: 'sync', objectClass: ACCOUNT, token: from, options: OperationOptions.none }, calling());
      for (let count = 0; count < taken; count++) {
        const { value } = await run.next() as { value: SyncDelta };
        told.push(Number(value.uid.value));
        from = value.token;
      }
      await run.return(undefined);
      await other.dispose();
    }
    const { items, end } = await caller.sync(ACCOUNT, from);
    told.push(...items.map(({ uid }) => Number(uid.value)));
    expect(told).toEqual(Array.from({ length: CHANGES }, (_, id) => id));
    expect((await caller.sync(ACCOUNT, end!)).items).toEqual([]);
  });

  it('starts behind what is there when a run begins with the latest token, and refuses tokens of others', async () => {
    server.now = '2022-12-20 10:00:00';
    const token = await caller.facade.perform({ kind: 'latestSyncToken', objectClass: ACCOUNT }, calling()) as SyncToken;
    expect((await caller.sync(ACCOUNT, token)).items).toEqual([]);
    expect((await failure(caller.sync(ACCOUNT, { value: 'x' }))).message).toContain('token');
    expect((await caller.sync('RESPONSIBILITY', null)).items).toHaveLength(4);
  });
});

describeConnectorContract('oracle-ebs', async () => {
  const target = new FakeEbs('contract.test');
  return {
    connector: ebs,
    configuration: { url: target.url, username: target.login.user, password: target.login.password, pageSize: 4 },
    objectClass: ACCOUNT,
    sample: (index) => [
      new Name(`SAMPLE_${index}`), Attribute.of('__PASSWORD__', new GuardedString(`Pass-w0rd-${index}`)), Attribute.of('EMAIL_ADDRESS', `m${index}@example.com`), Attribute.of('FAX', index % 2 === 0 ? 'even' : 'odd'),
    ],
    change: Attribute.of('EMAIL_ADDRESS', 'changed@example.com'),
    filters: [
      { kind: 'equals', attribute: Attribute.of('USER_NAME', 'SAMPLE_1') },
      { kind: 'startsWith', attribute: Attribute.of('EMAIL_ADDRESS', 'm1') },
      { kind: 'not', operand: { kind: 'equals', attribute: Attribute.of('FAX', 'odd') } },
      { kind: 'and', operands: [{ kind: 'contains', attribute: new Name('PLE_4') }, { kind: 'endsWith', attribute: Attribute.of('FAX', 'en') }] },
    ],
    broken: { password: 'Wrong-Passw0rd' },
    secrets: ['Pass-w0rd-', target.login.password, 'Wrong-Passw0rd'],
    behind: { name: 'stand-in for the oracledb driver, by the reference of FND_USER_PKG', real: false },
    outage: { begin: async () => { target.goAway(); }, end: async () => { target.isAway = false; } },
    openCursors: async () => target.openCursors,
    unknownUid: '99',
    stop: async () => {},
  };
});
