import { describe, expect, it } from 'vitest';
import type { LdapConfig } from '../../../connectors/catalog/ldap/config.js';
import { toChangeRecord } from '../../../connectors/catalog/ldap/sync/changelog/change-log-entry.js';
import { parseAttributes, parseModifications } from '../../../connectors/catalog/ldap/sync/changelog/ldif-changes.js';
import { toChangeRecord as toAccessLogRecord } from '../../../connectors/catalog/ldap/sync/accesslog/access-log-record.js';
import { latestSyncToken, sync } from '../../../connectors/catalog/ldap/sync/index.js';
import { ACCOUNT, OperationOptions, type SyncDelta, type SyncToken } from '../../../protocol/model/index.js';
import { ldapConfig } from './ldap-config.js';
import { MemoryDirectory } from './memory-directory.js';
import { call, sessionOn, type TestSession } from './session.js';

type Values = Readonly<Record<string, string | readonly string[]>>;

async function entryOf(values: Values): Promise<NonNullable<Awaited<ReturnType<MemoryDirectory['read']>>>> {
  return (await new MemoryDirectory().put('cn=entry', values).read('cn=entry'))!;
}

describe('LDIF of a change log', () => {
  it('reads folded lines, base64, line ends of either kind, a closing NUL and comments', () => {
    const modify = 'replace: mail\r\nmail: a@exam\r\n ple.com\r\n-\r\ndelete: description\r\n-\r\n# note\r\nadd: cn\r\ncn:: w4QgbG9uZw==\r\ncn: second\r\n-\r\n\0';
    expect([...parseModifications(modify)]).toEqual([['mail', ['a@example.com']], ['description', []], ['cn', ['Ä long', 'second']]]);
    expect([...parseAttributes('objectClass: top\nobjectClass: person\nCN: x\nbroken line\n')]).toEqual([['objectclass', ['top', 'person']], ['cn', ['x']]]);
  });

  it('takes a value that looks like an operation for a value', () => {
    expect([...parseModifications('add: description\ndescription: replace: mail\n-\nreplace: sn\nsn: -\n-\n')]).toEqual([['description', ['replace: mail']], ['sn', ['-']]]);
  });
});

describe('change log entries', () => {
  it.each<[string, Values]>([
    ['without a DN', { changeType: 'add' }], ['with a DN that is none', { targetDN: 'rubbish', changeType: 'add' }], ['of a type nobody knows', { targetDN: 'uid=a', changeType: 'increment' }],
    ['of a rename without an RDN', { targetDN: 'uid=a', changeType: 'modrdn' }], ['of a rename to no DN', { targetDN: 'uid=a', changeType: 'modrdn', newRDN: 'rubbish' }],
  ])('%s are refused with a reason', async (_, values) => {
    expect(toChangeRecord(await entryOf(values), 1, 'entryUUID')).toEqual(expect.any(String));
  });

  const uuid = '5d994919-2d73-4eee-bd5d-c52e79dc8957';
  it.each<[string, string, Values, string | undefined]>([
    ['DS and PingDirectory', 'entryUUID', { targetEntryUUID: uuid }, uuid],
    ['older DS', 'entryUUID', { targetUniqueID: uuid }, uuid],
    ['389 without entryUUID in the log', 'entryUUID', { targetUniqueID: 'e45080b5-e60211f1-bc08bd0b-d1dd1457' }, undefined],
    ['389 and DSEE', 'nsUniqueId', { targetUniqueID: 'e45080b5-e60211f1-bc08bd0b-d1dd1457' }, 'e45080b5-e60211f1-bc08bd0b-d1dd1457'],
    ['UnboundID', 'employeeNumber', { deletedEntryAttrs: 'objectClass: person\nemployeeNumber: 42\n' }, '42'],
  ])('tell the uid of a deleted entry as %s does', async (_, uidAttribute, values, uid) => {
    const record = toChangeRecord(await entryOf({ targetDN: 'cn=a,dc=example', changeType: 'delete', ...values }), 7, uidAttribute);
    expect(record).toMatchObject({ kind: 'delete', uid, label: 'change 7' });
  });

  it('tell the new name, the author and the attributes of a rename', async () => {
    const record = toChangeRecord(await entryOf({
      targetDN: 'uid=a\\,b,ou=x,dc=example', changeType: 'MODRDN', newRDN: 'cn=c+uid=d', newSuperior: 'ou=y,dc=example', 'ibm-changeInitiatorsName': 'cn=me', changes: 'replace: modifiersname\nmodifiersname: cn=other\n-\n',
    }), 1, 'entryUUID');
    expect(record).toMatchObject({ kind: 'rename', newDn: 'cn=c+uid=d,ou=y,dc=example', author: 'cn=me', touched: new Set(['modifiersname', 'uid', 'cn']) });
  });
});

describe('access log records', () => {
  it('tell attributes, author and what was deleted [ldap 32]', async () => {
    expect(toAccessLogRecord(await entryOf({ reqDN: 'uid=a,dc=example', reqType: 'modify', reqMod: ['mail:+ a: b', 'title:-', 'cn;lang-de:= x', 'loginCount:# 1'], reqAuthzID: 'dn:cn=me' }), 'uid'))
      .toMatchObject({ kind: 'modify', uid: undefined, author: 'cn=me', touched: new Set(['mail', 'title', 'cn', 'logincount']) });
    expect(toAccessLogRecord(await entryOf({ reqDN: 'cn=a,dc=example', reqType: 'delete', reqOld: ['objectClass: person', 'uid: jdoe', 'objectClass: top'] }), 'uid'))
      .toMatchObject({ kind: 'delete', uid: 'jdoe', objectClasses: ['person', 'top'] });
    expect(toAccessLogRecord(await entryOf({ reqType: 'bind', reqDN: 'cn=a' }), 'uid')).toEqual(expect.any(String));
  });
});

describe('following a change log', () => {
  const settings = { baseContexts: ['dc=example'], readSchema: false, uidAttribute: 'employeeNumber' } as const;
  const open = (directory: MemoryDirectory, more: Partial<Record<keyof LdapConfig, string | number | boolean | readonly string[]>> = {}): TestSession => sessionOn(directory, ldapConfig({ ...settings, ...more }));
  const person = (directory: MemoryDirectory, name: string): void => {
    directory.put(`uid=${name},dc=example`, { objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'], uid: name, employeeNumber: `n-${name}` });
  };
  const log = (directory: MemoryDirectory, first: number, last: number): MemoryDirectory => directory.put('', { changeLog: 'cn=changelog', firstChangeNumber: String(first), lastChangeNumber: String(last) }).put('cn=changelog', {});
  const entry = (directory: MemoryDirectory, number: number, values: Values): void => {
    directory.put(`changeNumber=${number},cn=changelog`, { objectClass: 'changeLogEntry', changeNumber: String(number), changeType: 'modify', changes: 'replace: sn\nsn: x\n-\n', ...values });
  };
  const collect = async (session: TestSession, value: SyncToken['value'] | undefined): Promise<{ deltas: SyncDelta[]; token: SyncToken | undefined }> => {
    const changes = sync(session, { objectClass: ACCOUNT, options: OperationOptions.none, token: value === undefined ? null : { value } }, call());
    const deltas: SyncDelta[] = [];
    for (;;) {
      const step = await changes.next();
      if (step.done === true) return { deltas, token: step.value };
      deltas.push(step.value);
    }
  };

  it('is refused where the root DSE shows none, with what to do', async () => {
    await expect(collect(open(new MemoryDirectory('sunDsee')), 1)).rejects.toMatchObject({ kind: 'configuration', message: expect.stringContaining('useTimestampsForSync') as string });
  });

  it('is no matter of update sequence numbers: a server that tells none is refused, with what to do', async () => {
    await expect(latestSyncToken(open(new MemoryDirectory('activeDirectory')), ACCOUNT, call())).rejects.toMatchObject({ kind: 'connector', message: expect.stringContaining('useTimestampsForSync') as string });
  });

  it('does not pass a trimmed log off as all there was', async () => {
    const directory = log(new MemoryDirectory('openDj'), 50, 51);
    person(directory, 'a');
    entry(directory, 50, { targetDN: 'uid=a,dc=example' });
    const session = open(directory);
    await expect(collect(session, 10)).rejects.toMatchObject({ kind: 'illegalState', message: expect.stringMatching(/begins at 50, after the sync token 10.*reconciliation/) as string });
    const { deltas, token } = await collect(session, 49);
    expect(deltas).toMatchObject([{ kind: 'UPDATE', uid: { value: 'n-a' }, token: { value: 50 } }]);
    expect(token).toEqual({ value: 51 });
  });

  it('passes over gaps, entries nobody can read, and puts a block in order [ldap 67]', async () => {
    const directory = log(new MemoryDirectory('sunDsee'), 1, 400);
    for (const name of ['a', 'b', 'c']) person(directory, name);
    entry(directory, 350, { targetDN: 'uid=c,dc=example' });
    entry(directory, 349, { targetDN: 'not a dn' });
    entry(directory, 348, { targetDN: 'uid=b,dc=example' });
    entry(directory, 2, { targetDN: 'uid=a,dc=example' });
    const session = open(directory);
    const { deltas, token } = await collect(session, undefined);
    expect(deltas.map(({ uid, token: { value } }) => [uid.value, value])).toEqual([['n-a', 2], ['n-b', 348], ['n-c', 350]]);
    expect(token).toEqual({ value: 400 });
    expect(session.log.lines.join()).toContain('skipped');
    expect(directory.searches.filter(({ base }) => base === 'cn=changelog').map(({ filter }) => filter)).toEqual(
      [[1, 100], [101, 200], [201, 300], [301, 400]].map(([from, to]) => `(&(changeNumber>=${from})(changeNumber<=${to}))`),
    );
  });

  it('keeps numbers beyond 32 bits', async () => {
    const directory = log(new MemoryDirectory('ibm'), 3_000_000_000, 3_000_000_000);
    person(directory, 'a');
    entry(directory, 3_000_000_000, { targetDN: 'uid=a,dc=example' });
    const { deltas, token } = await collect(open(directory), 2_999_999_999n);
    expect(deltas).toMatchObject([{ token: { value: 3_000_000_000n } }]);
    expect(token).toEqual({ value: 3_000_000_000n });
  });

  it('asks as the configuration says [ldap 67, 68, 69]', async () => {
    const directory = log(new MemoryDirectory('sunDsee'), 1, 3);
    await collect(open(directory, { filterWithOrInsteadOfAnd: true, removeLogEntryObjectClassFromFilter: false, changeNumberAttribute: 'number' }), undefined);
    expect(directory.searches.find(({ base }) => base === 'cn=changelog')?.filter).toBe('(&(objectClass=changeLogEntry)(|(number=1)(number=2)(number=3)))');
  });

  it('finds an entry by its uid when it has been renamed since by a rename of what holds it', async () => {
    const directory = log(new MemoryDirectory('openDj'), 1, 1);
    directory.put('uid=a,ou=new,dc=example', { objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'], uid: 'a', entryUUID: 'u-1' });
    entry(directory, 1, { targetDN: 'uid=a,ou=old,dc=example', targetEntryUUID: 'u-1' });
    expect((await collect(open(directory, { uidAttribute: 'entryUUID' }), 0)).deltas).toMatchObject([{ kind: 'UPDATE', object: { name: { value: 'uid=a,ou=new,dc=example' } } }]);
  });
});
