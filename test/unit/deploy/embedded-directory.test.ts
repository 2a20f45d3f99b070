import { Attribute, Change, Client, InvalidCredentialsError, NoSuchObjectError, AlreadyExistsError } from 'ldapts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedDirectory } from '../../../deploy/demo/directory/embedded-directory.js';
import { fillDirectory, meddleWithDirectory, PEOPLE, SUFFIX } from '../../../deploy/demo/world.js';

const ADMIN = { dn: `cn=admin,${SUFFIX}`, password: 'let me in' };

describe('the embedded directory, driven by an independent client', () => {
  let directory: EmbeddedDirectory;
  let client: Client;

  beforeEach(async () => {
    directory = new EmbeddedDirectory({ suffix: SUFFIX, adminDn: ADMIN.dn, adminPassword: ADMIN.password });
    fillDirectory(directory.tree);
    client = new Client({ url: `ldap://127.0.0.1:${await directory.listen()}` });
  });
  afterEach(async () => {
    await client.unbind();
    await directory.close();
  });

  it('refuses a wrong password and reads without a bind', async () => {
    await expect(client.bind(ADMIN.dn, 'wrong')).rejects.toBeInstanceOf(InvalidCredentialsError);
    await expect(client.search(PEOPLE, { filter: '(uid=*)' })).rejects.toThrow('Bind first');
  });

  it('pages through everything exactly once', async () => {
    await client.bind(ADMIN.dn, ADMIN.password);
    const seen = new Set<string>();
    let pages = 0;
    for await (const page of client.searchPaginated(PEOPLE, { scope: 'one', filter: '(objectClass=inetOrgPerson)', attributes: ['uid'], paged: { pageSize: 999 } })) {
      pages += 1;
      for (const entry of page.searchEntries) seen.add(entry.dn);
    }
    expect({ seen: seen.size, pages }).toEqual({ seen: 9_000, pages: 10 });
  });

  it('adds, modifies, renames and deletes, and says no to what cannot be', async () => {
    await client.bind(ADMIN.dn, ADMIN.password);
    const dn = `uid=new,${PEOPLE}`;
    const attributes = { objectClass: ['inetOrgPerson'], uid: 'new', cn: 'Ünlü *Name*', sn: 'N' };
    await client.add(dn, attributes);
    await expect(client.add(dn, attributes)).rejects.toBeInstanceOf(AlreadyExistsError);
    await client.modify(dn, new Change({ operation: 'replace', modification: new Attribute({ type: 'title', values: ['Boss'] }) }));
    await client.modifyDN(dn, `uid=newer,${PEOPLE}`);
    const { searchEntries } = await client.search(PEOPLE, { filter: '(&(cn=ünlü \\2aname*)(title=BOSS)(!(uid=new)))', attributes: ['uid', 'title', 'entryUUID'] });
    expect(searchEntries).toMatchObject([{ dn: `uid=newer,${PEOPLE}`, uid: 'newer', title: 'Boss' }]);
    const byUuid = await client.search(SUFFIX, { filter: `(&(objectClass=*)(entryUUID=${String(searchEntries[0]!['entryUUID'])}))` });
    expect(byUuid.searchEntries.map((entry) => entry.dn)).toEqual([`uid=newer,${PEOPLE}`]);
    await client.del(`uid=newer,${PEOPLE}`);
    await expect(client.del(`uid=newer,${PEOPLE}`)).rejects.toBeInstanceOf(NoSuchObjectError);
  });

  it('ends with a full last page, and keeps paged searches on one connection apart', async () => {
    await client.bind(ADMIN.dn, ADMIN.password);
    const pages = async function* (filter: string): AsyncGenerator<string[]> {
      for await (const { searchEntries } of client.searchPaginated(PEOPLE, { filter, attributes: ['uid'], paged: { pageSize: 5 } })) yield searchEntries.map((entry) => String(entry['uid']));
    };
    const [first, second] = [pages('(uid=contractor1*)'), pages('(|(uid=contractor20)(uid=contractor21*))')];
    const seen: string[][] = [[], []];
    let counts = [0, 0];
    for (;;) {
      const steps = [await first.next(), await second.next()];
      if (steps.every((step) => step.done === true)) break;
      steps.forEach((step, index) => { if (step.done !== true) seen[index]!.push(...step.value); });
      counts = counts.map((count, index) => count + (steps[index]!.done === true ? 0 : 1));
    }
    expect(seen.map((uids) => [uids.length, new Set(uids).size])).toEqual([[111, 111], [12, 12]]);
    expect(counts).toEqual([23, 3]);
    const exactly: number[] = [];
    for await (const page of pages('(|(uid=contractor30)(uid=contractor31)(uid=contractor32)(uid=contractor33)(uid=contractor34))')) exactly.push(page.length);
    expect(exactly).toEqual([5]);
  });

  it('tells that it orders and searches inside values, as it does', async () => {
    const { searchEntries: [schema] } = await client.search('cn=subschema', { scope: 'base', filter: '(objectClass=*)', attributes: ['attributeTypes'] });
    const types = schema!['attributeTypes'] as string[];
    expect(types.filter((type) => !/ EQUALITY \w+ ORDERING \w+ SUBSTR \w+ SYNTAX /.test(type))).toEqual([]);
    await client.bind(ADMIN.dn, ADMIN.password);
    const found = async (filter: string): Promise<number> => (await client.search(PEOPLE, { filter, attributes: ['uid'] })).searchEntries.length;
    expect(await found('(uid=contractor29*)')).toBe(11);
    expect(await found('(&(uid>=contractor29)(uid<=contractor299))')).toBe(11);
  });

  it('survives garbage and goes on serving others', async () => {
    const { connect } = await import('node:net');
    const port = Number(new URL((client as unknown as { clientOptions: { url: string } }).clientOptions.url).port);
    const socket = connect(port, '127.0.0.1');
    socket.end(Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0, 1]));
    await new Promise((resolve) => socket.on('close', resolve));
    await client.bind(ADMIN.dn, ADMIN.password);
    const before = directory.tree.size;
    meddleWithDirectory(directory.tree);
    expect(before - directory.tree.size).toBe(40);
  });
});
