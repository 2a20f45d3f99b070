import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, chown, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import csv from '../../../connectors/catalog/csv/index.js';
import { Fixture, call, failure, operations, removeFixtures } from './fixture.js';

const specification = JSON.parse(readFileSync(new URL('../../specifications/systems/csv.json', import.meta.url), 'utf8')) as {
  readonly objectClasses: unknown;
  readonly configurationProperties: readonly { name: string; type: string; default: unknown; confidential: boolean; required: boolean; group: string }[];
};

afterEach(removeFixtures);

/** Root may do everything, so permissions are tested as somebody else. */
async function asOrdinaryUser(fixture: Fixture, work: () => Promise<void>): Promise<void> {
  const root = process.geteuid?.() === 0;
  if (root) {
    await chown(fixture.directory, 65_534, 65_534);
    await chown(fixture.path, 65_534, 65_534);
    process.seteuid?.(65_534);
  }
  try {
    await work();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

describe('the definition', () => {
  it('has exactly the properties of the specification, in its order', () => {
    const offered = Object.entries(csv.properties).map(([name, { type, default: preset, confidential, required, group }]) => ({ name, type, default: preset, confidential, required, group }));
    expect(offered).toEqual(specification.configurationProperties.map(({ name, type, default: preset, confidential, required, group }) => ({ name, type, default: preset, confidential, required, group })));
  });

  it('documents the object classes of the specification', () => {
    expect(csv.objectClasses).toEqual(specification.objectClasses);
  });

  it('Connector identity: bundleName org.forgerock.openicf.connectors.csvfile-connector, connectorName org.forgerock.openicf.csvfile.CSVFileConnector, bundleVersion 1.5.20.26', () => {
    expect(csv.key).toEqual({
      bundleName: 'org.forgerock.openicf.connectors.csvfile-connector', bundleVersion: '1.5.20.26', connectorName: 'org.forgerock.openicf.csvfile.CSVFileConnector',
    });
  });

  it('offers the documented interfaces', () => {
    expect(Object.keys(csv.operations).sort()).toEqual([
      'authenticate', 'create', 'delete', 'latestSyncToken', 'resolveUsername', 'schema', 'search', 'sync', 'test', 'update',
    ]);
  });
});

describe('a configuration that cannot work', () => {
  it.each([
    [{ csvFile: '&{idm.instance.dir}/data/people.csv' }, /placeholder was not resolved/],
    [{ csvFile: '/tmp/a\0b' }, /NUL/],
    [{ headerUid: ' ' }, /headerUid is blank/],
    [{ headerUid: 'id', headerPassword: 'id' }, /must name two columns/],
    [{ syncFileRetentionCount: -1 }, /syncFileRetentionCount is -1/],
    [{ quoteCharacter: ',' }, /contains/],
  ])('%j is refused before anything is opened', async (settings, message) => {
    const error = await failure(Fixture.of(null, settings));
    expect(error.kind).toBe('configuration');
    expect(error.message).toMatch(message);
  });
});

describe('test', () => {
  const test = (fixture: Fixture): Promise<void> => operations.test(fixture.session, call());

  it('Test verifies every part of the environment the configuration refers to', async () => {
    await expect(test(await Fixture.of())).resolves.toBeUndefined();
  });

  it('names a file that does not exist', async () => {
    const fixture = await Fixture.of(null);
    const error = await failure(test(fixture));
    expect(error.kind).toBe('configuration');
    expect(error.message).toContain(`${fixture.path} does not exist`);
  });

  it('refuses a directory', async () => {
    const fixture = await Fixture.of(null);
    await mkdir(fixture.path);
    expect((await failure(test(fixture))).message).toMatch(/is a directory/);
  });

  it('refuses a file, or a directory, that cannot be read or written', async () => {
    const fixture = await Fixture.of();
    await asOrdinaryUser(fixture, async () => {
      for (const [path, mode, message] of [
        [fixture.path, 0o000, /people.csv cannot be read/], [fixture.path, 0o444, /people.csv cannot be written/], [fixture.directory, 0o555, /The directory .* cannot be written/],
      ] as const) {
        await chmod(path, mode);
        const error = await failure(test(fixture));
        expect(error.kind).toBe('configuration');
        expect(error.message).toMatch(message);
        await chmod(path, 0o777);
      }
      await expect(test(fixture)).resolves.toBeUndefined();
    });
  });

  it('refuses a named pipe at once instead of waiting for its writer', async () => {
    const fixture = await Fixture.of(null);
    execFileSync('mkfifo', [fixture.path]);
    expect((await failure(fixture.uids())).message).toMatch(/is not a regular file/);
  });

  it.each([
    ['an empty file', '', /the file is empty/],
    ['a file of blank lines', '\n\n', /the file is empty/],
    ['no uid column', 'id,mail\na,b\n', /no column "uid" to take the uid from; the columns are "id", "mail"/],
    ['another delimiter', 'uid;mail\na;b\n', /check fieldDelimiter/],
    ['a column without name', 'uid,,mail\n', /column 2 has no name/],
    ['an extra delimiter', 'uid,mail,\n', /column 3 has no name/],
    ['two columns of one name', 'uid,mail,mail\n', /columns 2 .* and 3 .* are both the attribute mail/],
    ['two columns that differ in case only', 'uid,mail,Mail\n', /are both the attribute Mail/],
    ['two columns that become one when blanks are replaced', 'uid,first name,first_name\n', /are both the attribute first_name/],
    ['lines that end in CR alone, which would be one long header', 'uid,mail\ra,b\r', /column 2 contains a carriage return.*set newlineString to "\\r"/],
    ['a reserved name', 'uid,__PASSWORD__\n', /reserved name __PASSWORD__/],
    ['a broken header', 'uid,"mail\n', /line 1.*never closed/],
    ['UTF-16', Buffer.from('\ufeffuid,mail\n', 'utf16le'), /UTF-16/],
  ])('refuses a header row with %s', async (_, content, message) => {
    const fixture = await Fixture.of(content);
    const error = await failure(test(fixture));
    expect(error.message).toMatch(message);
    expect(error.message).toContain(fixture.path);
    expect((await failure(fixture.uids())).message).toBe(error.message);
  });

  it('does not read the rows: completeness and well-formedness are the administrator\'s duty', async () => {
    await expect(test(await Fixture.of('uid,mail\nonly-one-field\n'))).resolves.toBeUndefined();
  });

  it('follows a symbolic link', async () => {
    const fixture = await Fixture.of();
    const link = join(fixture.directory, 'link.csv');
    await symlink(fixture.path, link);
    fixture.session = await fixture.open({ csvFile: link });
    await test(fixture);
    await fixture.create({ __NAME__: 'dan' });
    expect(await fixture.text()).toContain('"dan"');
  });
});

describe('schema', () => {
  const account = async (fixture: Fixture) => (await operations.schema(fixture.session, call())).objectClasses[0];

  it('takes the attributes from the header: name required, password guarded and not readable, the rest text', async () => {
    expect(await account(await Fixture.of())).toEqual({
      type: '__ACCOUNT__', isContainer: false, attributes: [
        { name: '__NAME__', type: 'String', flags: ['REQUIRED'] },
        { name: 'first_name', type: 'String', flags: [] },
        { name: 'mail', type: 'String', flags: [] },
        { name: '__PASSWORD__', type: 'GuardedString', flags: ['NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT'] },
      ],
    });
  });

  it('Blanks in a column header are replaced by spaceReplacementString in the attribute name (with the default, \'first name\' gives first_name)', async () => {
    const fixture = await Fixture.of('uid,first name,a  b\n', { spaceReplacementString: '-' });
    expect((await account(fixture))?.attributes.map(({ name }) => name)).toEqual(['__NAME__', 'first-name', 'a--b']);
  });

  it('has no password attribute when there is no password column', async () => {
    expect((await account(await Fixture.of('uid,mail\n')))?.attributes.map(({ name }) => name)).toEqual(['__NAME__', 'mail']);
  });

  it('finds the uid column by its header or by its attribute name', async () => {
    for (const headerUid of ['user id', 'user_id']) {
      const fixture = await Fixture.of('mail,user id\nm,a\n', { headerUid });
      expect(await fixture.uids()).toEqual(['a']);
    }
  });

  it('Adding or removing columns: the schema follows the file', async () => {
    const fixture = await Fixture.of('uid,mail\na,b\n');
    await fixture.write('uid,mail,phone\na,b,c\n');
    expect((await account(fixture))?.attributes.map(({ name }) => name)).toEqual(['__NAME__', 'mail', 'phone']);
    expect(await fixture.get('a')).toBeDefined();
  });
});
