import { beforeEach, describe, expect, test } from 'vitest';
import { BerWriter } from 'ldapts';
import type { DirectorySearch, DirectorySearchEnd, Entry } from '../../../connectors/catalog/ldap/directory/contract.js';
import { CONTROL } from '../../../connectors/catalog/ldap/directory/request.js';
import { dirSyncAnswer } from '../../../connectors/catalog/ldap/sync/dirsync/dirsync-control.js';
import { dirSyncStrategy } from '../../../connectors/catalog/ldap/sync/dirsync/dirsync-strategy.js';
import { parseDirSyncToken } from '../../../connectors/catalog/ldap/sync/dirsync/dirsync-token.js';
import { ACCOUNT, OperationOptions, type SyncDelta, type SyncToken } from '../../../protocol/model/index.js';
import { ldapConfig, quiet } from './ldap-config.js';
import { MemoryDirectory } from './memory-directory.js';
import { sessionOn } from './session.js';

interface Answer { readonly names: readonly string[]; readonly cookie: string; readonly more?: boolean }

const guidOf = (name: string): Uint8Array => Buffer.from(name.padEnd(16, '.'));

function answerControl({ cookie, more = false }: Answer): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(more ? 1 : 0);
  writer.writeInt(0);
  writer.writeString(cookie);
  writer.endSequence();
  return writer.buffer;
}

/** A domain controller whose answers to each cookie are given. */
class Domain extends MemoryDirectory {
  readonly asked: string[] = [];
  answers: Readonly<Record<string, Answer>> = {};

  constructor() {
    super('activeDirectory');
    this.put('', { namingContexts: 'dc=example', highestCommittedUSN: '1', dsServiceName: 'cn=settings' });
    this.isServer('first database..');
  }

  isServer(id: string): void {
    this.put('cn=settings', { invocationId: id });
  }

  person(name: string): void {
    this.put(`cn=${name},dc=example`, { objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'], cn: name });
  }

  override async* search(search: DirectorySearch, signal: AbortSignal): AsyncGenerator<Entry, DirectorySearchEnd, void> {
    const control = search.controls?.find(({ oid }) => oid === CONTROL.dirSync);
    if (control === undefined) {
      const dn = /^<GUID=(.*)>$/.exec(search.base)?.[1];
      const base = dn === undefined ? search.base : `cn=${Buffer.from(dn, 'hex').toString().replace(/\.+$/, '')},dc=example`;
      return yield* super.search({ ...search, base }, signal);
    }
    const cookie = Buffer.from(dirSyncAnswer([{ oid: CONTROL.dirSync, value: Buffer.from(control.value!) }])!.cookie).toString();
    this.asked.push(cookie);
    const answer = this.answers[cookie] ?? { names: [], cookie };
    for (const name of answer.names) yield { dn: `cn=${name},dc=example`, attributes: new Map([['objectguid', { name: 'objectGUID', values: [guidOf(name)] }]]) };
    return { cookie: undefined, estimate: undefined, controls: [{ oid: CONTROL.dirSync, value: answerControl(answer) }] };
  }
}

describe('DirSync', () => {
  let domain: Domain;
  const run = async (token: SyncToken, most = Infinity): Promise<{ readonly names: string[]; readonly token: SyncToken }> => {
    const session = sessionOn(domain, ldapConfig({ uidAttribute: 'dn', readSchema: false, baseContexts: ['dc=example'] }));
    const changes = dirSyncStrategy.changes({ session, objectClass: ACCOUNT, options: OperationOptions.none, signal: quiet() }, token);
    const deltas: SyncDelta[] = [];
    for (;;) {
      const step = await changes.next();
      if (step.done !== true) deltas.push(step.value);
      if (step.done !== true && deltas.length < most) continue;
      await changes.return(undefined);
      return { names: deltas.map(({ uid }) => /^cn=(\w+),/.exec(uid.value)![1]!), token: step.done === true ? step.value! : step.value.token };
    }
  };
  const start: SyncToken = { value: `dirsync:${Buffer.from('old').toString('base64')}` };
  const cookiesIn = ({ value }: SyncToken): string[] => parseDirSyncToken(value, 1).cookies.map((cookie) => Buffer.from(cookie).toString());

  beforeEach(() => {
    domain = new Domain();
    for (const name of ['a', 'b', 'c', 'd']) domain.person(name);
    domain.answers = { old: { names: ['a', 'b', 'c'], cookie: 'new' } };
  });

  test('goes on within an answer, and then behind that answer, not behind what was answered meanwhile', async () => {
    const { names, token } = await run(start, 2);
    expect(names).toEqual(['a', 'b']);
    // d came later, and so did a change of a, which has kept its place.
    domain.answers = { old: { names: ['a', 'b', 'c', 'd'], cookie: 'newest' }, new: { names: ['a', 'd'], cookie: 'newest' } };
    const rest = await run(token);
    expect(rest.names).toEqual(['c', 'd', 'a', 'd']);
    expect(domain.asked).toEqual(['old', 'old', 'new']);
    expect(cookiesIn(rest.token)).toEqual(['newest']);
  });

  test.each<[string, (domain: Domain) => void]>([
    ['of another server, which may not have all of it yet', (other) => other.isServer('second database.')],
    ['that begins otherwise', (other) => { other.answers = { old: { names: ['a', 'c', 'b'], cookie: 'new' } }; }],
    ['that has become shorter', (other) => { other.answers = { old: { names: ['a'], cookie: 'new' } }; }],
  ])('tells an answer from its beginning %s', async (_what, happens) => {
    const { token } = await run(start, 2);
    happens(domain);
    const { names } = await run(token);
    expect(names).toEqual(domain.answers['old']!.names);
  });

  test('goes on behind an answer whose last change was told', async () => {
    const { token } = await run(start, 3);
    expect(cookiesIn(token)).toEqual(['new']);
    expect((await run(token)).names).toEqual([]);
  });

  test('asks until there is no more', async () => {
    domain.answers = { old: { names: ['a'], cookie: 'half', more: true }, half: { names: ['b'], cookie: 'new' } };
    expect((await run(start)).names).toEqual(['a', 'b']);
  });

  test.each(['dirsync:', 'dirsync:AA==.AA==', 'dirsync:AA== nonsense', `dirsync:AA== 1:1:${'x'.repeat(22)}:AA==:${'0'.repeat(36)}`, '17', 17])('refuses the token %j', (value) => {
    expect(() => parseDirSyncToken(value, 1)).toThrow(/DirSync/);
  });
});
