import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import ebs from '../../../connectors/catalog/oracle-ebs/index.js';
import { describeConnector } from '../../../connectors/framework/index.js';
import { ACCOUNT, Attribute, GuardedString, Name, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../support/connector-caller.js';
import { FakeEbs, OracleError, replaceConnections } from '../../targets/oracle-ebs.js';

replaceConnections();

let server: FakeEbs;
let caller: ConnectorCaller;
let number = 0;

function connect(changes = {}): ConnectorCaller {
  return new ConnectorCaller(ebs, { url: server.url, username: server.login.user, password: server.login.password, ...changes });
}

beforeEach(() => {
  server = new FakeEbs(`ebs${++number}.test`);
  caller = connect();
});
afterEach(() => caller.dispose());

const password = (text = 'Test@123') => Attribute.of('__PASSWORD__', new GuardedString(text));
const bjensen = () => caller.create(ACCOUNT, new Name('BJENSEN'), password(), Attribute.of('EMAIL_ADDRESS', 'bjensen@forgerock.com'), Attribute.of('SESSION_NUMBER', '2'), Attribute.of('START_DATE', '03-Nov-22'), Attribute.of('END_DATE', '08-Nov-22'),
  Attribute.of('LAST_LOGON_DATE', '08-DEC-2021'), Attribute.of('PASSWORD_DATE', '08-JUN-2021'), Attribute.of('PASSWORD_ACCESSES_LEFT', '1'), Attribute.of('PASSWORD_LIFESPAN_ACCESSES', '1'), Attribute.of('PASSWORD_LIFESPAN_DAYS', '1'));
const calls = () => server.statements.filter((statement) => statement.startsWith('begin'));
const responsibility = (app: string, key: string, more: Record<string, IcfValue> = {}) => new Map<IcfValue, IcfValue>(Object.entries({ RESP_APP: app, RESP_KEY: key, RESPONSIBILITY_SECURITY_GROUP: 'STANDARD', ...more }));

describe('creating EBS accounts', () => {
  it('[oracle-ebs 6] needs a name, and sends nothing without', async () => {
    const error = await failure(caller.create(ACCOUNT, password()));
    expect([error.kind, error.outcome]).toEqual(['invalidAttributeValue', 'notApplied']);
    expect(calls()).toEqual([]);
    expect((await caller.values(ACCOUNT, await caller.create(ACCOUNT, new Name('BARE'))))['USER_NAME']).toBe('BARE');
  });

  it('[oracle-ebs 7] takes 100 characters, keeps upper case and creates no name twice', async () => {
    expect((await failure(caller.create(ACCOUNT, new Name('X'.repeat(101))))).message).toContain('100');
    await caller.create(ACCOUNT, new Name('x'.repeat(100)));
    expect(server.users[0]?.['USER_NAME']).toBe('X'.repeat(100));
    expect((await failure(caller.create(ACCOUNT, new Name('X'.repeat(100))))).kind).toBe('alreadyExists');
  });

  it('[oracle-ebs 8] [oracle-ebs 9] [oracle-ebs 10] [oracle-ebs 11] [oracle-ebs 12] creates the sample of the documentation and answers it', async () => {
    const uid = await bjensen();
    expect(await caller.values(ACCOUNT, uid)).toEqual({
      __UID__: '1015488', __NAME__: 'BJENSEN', USER_ID: '1015488', USER_NAME: 'BJENSEN', __ENABLE__: false, START_DATE: '03-Nov-22', END_DATE: '08-Nov-22', LAST_UPDATE_LOGIN: 1015131, LAST_UPDATE_DATE: '02-Dec-22',
      EMAIL_ADDRESS: 'bjensen@forgerock.com', SESSION_NUMBER: 2, LAST_LOGON_DATE: '08-Dec-21', PASSWORD_DATE: '08-Jun-21', PASSWORD_ACCESSES_LEFT: 1, PASSWORD_LIFESPAN_ACCESSES: 1, PASSWORD_LIFESPAN_DAYS: 1,
    });
  });

  it.each(['31-Feb-22', '2022/11/03', '03-Foo-22', '3'])('[oracle-ebs 9] refuses what is no date of EBS: %s', async (date) => {
    expect((await failure(caller.create(ACCOUNT, new Name('WRONG'), Attribute.of('START_DATE', date)))).message).toContain('DD-Mon-YY');
    expect(calls()).toEqual([]);
  });

  it('rolls everything back when a responsibility cannot be assigned', async () => {
    const error = await failure(caller.create(ACCOUNT, new Name('HALF'), password(), new Attribute('RESPONSIBILITY', [responsibility('IBE', 'NO_SUCH')])));
    expect([error.kind, error.outcome]).toEqual(['invalidAttributeValue', 'notApplied']);
    expect(server.users).toEqual([]);
    expect(server.commits).toBe(0);
  });

  it('binds every value', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ minLength: 1, maxLength: 60 }).filter((text) => text.trim() !== ''), async (text) => {
      const uid = await caller.create(ACCOUNT, new Name(`N${number}${server.users.length}`), Attribute.of('DESCRIPTION', text), password(`secret-${text}`));
      expect((await caller.values(ACCOUNT, uid))['DESCRIPTION']).toBe(text);
      expect(calls().at(-1)).toMatch(/^begin APPS\.FND_USER_PKG\.CreateUser\((?:x_\w+ => :\d+(?:, )?)+\); end;$/);
    }), { numRuns: 50 });
  });
});

describe('changing EBS accounts', () => {
  it('[oracle-ebs 14] [oracle-ebs 15] [oracle-ebs 19] changes what is named, beyond the documented attributes too', async () => {
    const uid = await bjensen();
    await caller.update(ACCOUNT, uid, new Name('BJENSEN'), Attribute.of('SESSION_NUMBER', '7'), Attribute.of('DESCRIPTION', 'ebsuser'), Attribute.of('EMAIL_ADDRESS', 'new@forgerock.com'), Attribute.of('FAX', '56'), Attribute.of('END_DATE', '31-Dec-30'));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ SESSION_NUMBER: 7, DESCRIPTION: 'ebsuser', EMAIL_ADDRESS: 'new@forgerock.com', FAX: '56', END_DATE: '31-Dec-30', START_DATE: '03-Nov-22', __ENABLE__: true });
  });

  it('[oracle-ebs 16] [oracle-ebs 20] resets a password, leaves the rest, and answers and logs no password', async () => {
    const uid = await bjensen();
    const before = await caller.values(ACCOUNT, uid);
    await caller.update(ACCOUNT, uid, new Name('BJENSEN'), password('RRvts125!'));
    expect(server.passwords.get('BJENSEN')).toBe('RRvts125!');
    const after = await caller.values(ACCOUNT, uid);
    expect(after).toEqual(before);
    expect(JSON.stringify([after, caller.log.entries])).not.toMatch(/RRvts125|Test@123/);
    const refused = await failure(caller.update(ACCOUNT, uid, password('x1')));
    expect(refused.kind).toBe('invalidPassword');
  });

  it('[oracle-ebs 13] [oracle-ebs 17] enables from today on, without an end', async () => {
    const uid = await bjensen();
    await caller.update(ACCOUNT, uid, new Name('BJENSEN'), password('Rvts12345'), Attribute.of('__ENABLE__', true));
    const shown = await caller.values(ACCOUNT, uid);
    expect(shown).toMatchObject({ START_DATE: '02-Dec-22', __ENABLE__: true, LAST_UPDATE_LOGIN: -1 });
    expect(shown).not.toHaveProperty('END_DATE');
    server.now = '2023-01-10 08:00:00';
    await caller.update(ACCOUNT, uid, Attribute.of('__ENABLE__', true));
    expect((await caller.values(ACCOUNT, uid))['START_DATE']).toBe('02-Dec-22');
  });

  it('[oracle-ebs 18] disables by an end today', async () => {
    const uid = await caller.create(ACCOUNT, new Name('BJENSEN'), Attribute.of('START_DATE', '03-Nov-22'));
    await caller.update(ACCOUNT, uid, new Name('BJENSEN'), password('Rvts12345'), Attribute.of('__ENABLE__', false));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ START_DATE: '03-Nov-22', END_DATE: '02-Dec-22', __ENABLE__: false, LAST_UPDATE_LOGIN: -1 });
  });

  it('clears what is sent empty, but no start date', async () => {
    const uid = await bjensen();
    await caller.update(ACCOUNT, uid, new Attribute('END_DATE', null), new Attribute('EMAIL_ADDRESS', null), new Attribute('SESSION_NUMBER', null));
    const shown = await caller.values(ACCOUNT, uid);
    expect(Object.keys(shown)).not.toEqual(expect.arrayContaining(['END_DATE']));
    expect(Object.keys(shown)).not.toEqual(expect.arrayContaining(['EMAIL_ADDRESS']));
    expect((await failure(caller.update(ACCOUNT, uid, new Attribute('START_DATE', null)))).message).toContain('START_DATE');
  });

  it('renames by the documented procedure, and only to a free name', async () => {
    const uid = await bjensen();
    await caller.create(ACCOUNT, new Name('TAKEN'));
    expect((await failure(caller.update(ACCOUNT, uid, new Name('TAKEN')))).kind).toBe('alreadyExists');
    await caller.update(ACCOUNT, uid, new Name('BARBARA'), Attribute.of('FAX', '1'));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ __NAME__: 'BARBARA', FAX: '1' });
  });

  it('sends nothing where nothing differs, and refuses to set what EBS sets', async () => {
    const uid = await bjensen();
    server.statements.length = 0;
    await caller.update(ACCOUNT, uid, Attribute.of('SESSION_NUMBER', 2), Attribute.of('START_DATE', '03-NOV-2022'), Attribute.of('LAST_UPDATE_DATE', '02-Dec-22'), Attribute.of('USER_ID', '1015488'));
    expect(calls()).toEqual([]);
    expect((await failure(caller.update(ACCOUNT, uid, Attribute.of('LAST_UPDATE_LOGIN', 5)))).message).toContain('LAST_UPDATE_LOGIN');
    expect((await failure(caller.update(ACCOUNT, new Uid('99'), Attribute.of('FAX', '1')))).kind).toBe('unknownUid');
  });

  it('makes a change as a whole or not at all', async () => {
    const uid = await bjensen();
    server.failing = { statement: /EnableUser/, error: new OracleError(20_001, 'something of EBS') };
    const error = await failure(caller.update(ACCOUNT, uid, Attribute.of('FAX', '99'), Attribute.of('__ENABLE__', true)));
    expect(error.outcome).toBe('notApplied');
    server.failing = undefined;
    expect(await caller.values(ACCOUNT, uid)).not.toHaveProperty('FAX');
  });

  it('[oracle-ebs 5] cannot delete or authenticate', async () => {
    expect(describeConnector(ebs).interfaces).toEqual(['Create', 'Schema', 'Script on Connector', 'Search', 'Sync', 'Test', 'Update']);
    expect((await failure(caller.remove(ACCOUNT, await bjensen()))).kind).toBe('unsupportedOperation');
  });
});

describe('responsibilities of EBS accounts', () => {
  const dates = { RESPONSIBILITY_START_DATE: '29-SEP-2021', RESPONSIBILITY_END_DATE: '29-SEP-2024', RESPONSIBILITY_DESCRIPTION: 'updated' };
  const three = () => [responsibility('IBE', 'IBE_CUSTOMER', dates), responsibility('CS', 'CS_KB_SYSTEM_ADMIN', dates), responsibility('PA', 'PROJECT_BILLING_SUPER_USER', { ...dates, RESPONSIBILITY_DESCRIPTION: 'responded' })];
  let uid: Uid;

  beforeEach(async () => {
    uid = await caller.create(ACCOUNT, new Name('STUBBS'), password());
    await caller.update(ACCOUNT, uid, new Attribute('RESPONSIBILITY', three()));
  });

  const held = async (key: string) => ((await caller.values(ACCOUNT, uid))['RESPONSIBILITY'] as Record<string, unknown>[]).find((item) => item['RESP_KEY'] === key);

  it('[oracle-ebs 21] assigns the full list', async () => {
    expect(await held('IBE_CUSTOMER')).toEqual({ RESP_KEY: 'IBE_CUSTOMER', RESPONSIBILITY_SECURITY_GROUP: 'STANDARD', RESP_APP: 'IBE', RESPONSIBILITY_DESCRIPTION: 'updated', RESPONSIBILITY_START_DATE: '29-Sep-21', RESPONSIBILITY_END_DATE: '29-Sep-24' });
    expect(server.assignments).toHaveLength(3);
  });

  it('[oracle-ebs 22] refuses other dates of an assigned one; removed and added again it takes them', async () => {
    const changed = responsibility('IBE', 'IBE_CUSTOMER', { ...dates, RESPONSIBILITY_END_DATE: '01-Jan-30' });
    const error = await failure(caller.update(ACCOUNT, uid, new Attribute('RESPONSIBILITY', [changed, ...three().slice(1)])));
    expect([error.kind, error.outcome]).toEqual(['invalidAttributeValue', 'notApplied']);
    await caller.update(ACCOUNT, uid, new Attribute('RESPONSIBILITY', three().slice(1)));
    await caller.update(ACCOUNT, uid, new Attribute('RESPONSIBILITY', [changed, ...three().slice(1)]));
    expect((await held('IBE_CUSTOMER'))?.['RESPONSIBILITY_END_DATE']).toBe('01-Jan-30');
  });

  it('[oracle-ebs 23] ends what is left out, today and without its description', async () => {
    await caller.update(ACCOUNT, uid, new Attribute('RESPONSIBILITY', three().slice(0, 2)));
    expect(await held('PROJECT_BILLING_SUPER_USER')).toMatchObject({ RESPONSIBILITY_DESCRIPTION: '', RESPONSIBILITY_END_DATE: '02-Dec-22', RESPONSIBILITY_START_DATE: '29-Sep-21' });
    const read = (await caller.get(ACCOUNT, uid))!.get('RESPONSIBILITY')!;
    server.statements.length = 0;
    await caller.update(ACCOUNT, uid, read);
    expect(calls()).toEqual([]);
    await caller.update(ACCOUNT, uid, Attribute.of('FAX', '1'));
    expect(server.assignments.filter(({ end }) => end! > server.now)).toHaveLength(2);
  });
});
