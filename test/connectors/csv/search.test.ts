import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import csv from '../../../connectors/catalog/csv/index.js';
import { Attribute, GuardedString, IcfArray, Name, OPTION, OperationOptions, Uid, type Filter } from '../../../protocol/model/index.js';
import { Fixture, byUid, call, drain, failure, operations, plain, removeFixtures } from './fixture.js';

afterEach(removeFixtures);

/** Paths of the files this process has open. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
}

const numbers = (count: number): string => `uid,mail\n${Array.from({ length: count }, (_, index) => `u${index},m${index}\n`).join('')}`;
const uidsOf = (objects: readonly { readonly uid: Uid }[]): string[] => objects.map(({ uid }) => uid.value);

describe('a search that is refused', () => {
  it.each([
    ['a file that does not exist', null, 'connectorIo', /does not exist/],
    ['a file without header', '', 'configuration', /empty/],
  ])('%s', async (_, content, kind, message) => {
    const error = await failure((await Fixture.of(content)).uids());
    expect(error.kind).toBe(kind);
    expect(error.message).toMatch(message);
  });

  it('another object class', async () => {
    const { session } = await Fixture.of();
    const error = await failure(operations.search(session, { objectClass: '__GROUP__', options: OperationOptions.none, filter: undefined }, call()).next());
    expect(error.kind).toBe('illegalArgument');
  });

  it('an abort ends it before the next chunk', async () => {
    const fixture = await Fixture.of(numbers(60_000));
    const abort = new AbortController();
    const search = fixture.search({}, undefined, abort.signal);
    await search.next();
    const reason = new Error('cancelled');
    abort.abort(reason);
    await expect(drain(search)).rejects.toBe(reason);
  });

  it.each([
    ['no cookie at all', () => 'nonsense'],
    ['an altered cookie', (cookie: string) => `${cookie.slice(0, 10)}${cookie[10] === 'A' ? 'B' : 'A'}${cookie.slice(11)}`],
    ['a cookie without signature', (cookie: string) => cookie.split('.')[0] ?? ''],
    ['a cookie with the signature of another', (cookie: string) => `${Buffer.from('[1,"x","y",0,1,0,-1]').toString('base64url')}.${cookie.split('.')[1] ?? ''}`],
  ])('%s', async (_, alter) => {
    const fixture = await Fixture.of(numbers(10));
    const { end } = await fixture.all({ [OPTION.pageSize]: 3 });
    const error = await failure(fixture.all({ [OPTION.pageSize]: 3, [OPTION.pagedResultsCookie]: alter(end?.pagedResultsCookie ?? '') }));
    expect(error.kind).toBe('illegalArgument');
    expect(error.message).toMatch(/page cookie was not made by this connector/);
  });

  it('a cookie of another configuration of the same file', async () => {
    const fixture = await Fixture.of(numbers(10));
    const { end } = await fixture.all({ [OPTION.pageSize]: 3 });
    fixture.session = await fixture.open({ headerUid: 'mail' });
    expect((await failure(fixture.all({ [OPTION.pageSize]: 3, [OPTION.pagedResultsCookie]: end?.pagedResultsCookie ?? '' }))).message).toMatch(/belongs to another search/);
  });

  it.each([
    ['was changed', (fixture: Fixture) => fixture.update('u1', { mail: 'x' })],
    ['was appended to', (fixture: Fixture) => fixture.create({ __NAME__: 'x' })],
    ['was touched', (fixture: Fixture) => utimes(fixture.path, 1000, 1000)],
  ])('a cookie of a file that %s since', async (_, change) => {
    const fixture = await Fixture.of(numbers(10));
    const { end } = await fixture.all({ [OPTION.pageSize]: 3 });
    await change(fixture);
    const error = await failure(fixture.all({ [OPTION.pageSize]: 3, [OPTION.pagedResultsCookie]: end?.pagedResultsCookie ?? '' }));
    expect(error.kind).toBe('illegalArgument');
    expect(error.message).toMatch(/changed since the page cookie was made.*Start the search again/);
  });
});

describe('search', () => {
  it('The column named by headerUid gives each row\'s uid and name', async () => {
    const { objects } = await (await Fixture.of('a,login\n1, ann \n2,bob\n', { headerUid: 'login' })).all();
    expect(objects.map(({ uid, name }) => [uid.value, name.value])).toEqual([['ann', 'ann'], ['bob', 'bob']]);
  });

  it('answers every row in file order, empty cells as absent attributes, values trimmed as the Java connector does', async () => {
    const { objects, end } = await (await Fixture.of('uid,a,b\nx, 1 ,\ny,""," two "\n')).all();
    expect(objects.map(plain)).toEqual([{ a: '1' }, { b: 'two' }]);
    expect(end?.pagedResultsCookie ?? null).toBeNull();
  });

  it('never answers the password, not even when asked', async () => {
    const fixture = await Fixture.of();
    const { objects } = await fixture.all({ [OPTION.attributesToGet]: new IcfArray('String', ['__PASSWORD__', 'password', 'mail']) });
    expect(objects.map(plain)).toEqual([{ mail: 'ann@example.com' }, { mail: 'bob@example.com' }, {}]);
    expect(JSON.stringify(await fixture.all())).not.toContain('secret');
  });

  it('answers only attributesToGet, compared without regard to case, and the uid column by its own name on request', async () => {
    const fixture = await Fixture.of();
    const { objects } = await fixture.all({ [OPTION.attributesToGet]: new IcfArray('String', ['FIRST_NAME', 'uid']) });
    expect(objects.map(plain)[0]).toEqual({ first_name: 'Ann', uid: 'ann' });
    expect(plain((await fixture.all()).objects[0])).toEqual({ first_name: 'Ann', mail: 'ann@example.com' });
  });

  it('an early return closes the file', async () => {
    const fixture = await Fixture.of(numbers(10));
    const search = fixture.search();
    expect((await search.next()).value).toBeDefined();
    expect(openFiles()).toContain(fixture.path);
    await search.return(undefined);
    expect(openFiles()).not.toContain(fixture.path);
  });

  it('finds one row by uid, among values of any kind', async () => {
    const fixture = await Fixture.of('uid,mail\nann,a\n"b, ""b"" é\n2",b\ncid,c\n');
    expect(plain(await fixture.get('b, "b" é\n2'))).toEqual({ mail: 'b' });
    expect(await fixture.get('zoe')).toBeUndefined();
    expect(await fixture.get('ANN')).toBeUndefined();
  });
});

describe('the filter that runs natively', () => {
  const equals = (name: string, value: string): Filter => ({ kind: 'equals', attribute: Attribute.of(name, value) });
  const split = async (filter: Filter) => csv.nativeFilter?.(filter, '__ACCOUNT__', (await Fixture.of(null)).config);

  it('is equality of uid or name', async () => {
    expect(await split(byUid('ann'))).toEqual({ native: byUid('ann'), residual: undefined });
    const byName: Filter = { kind: 'equals', attribute: new Name('ann') };
    expect(await split(byName)).toEqual({ native: byName, residual: undefined });
  });

  it('is taken out of a conjunction', async () => {
    expect(await split({ kind: 'and', operands: [equals('mail', 'm'), byUid('ann')] })).toEqual({ native: byUid('ann'), residual: equals('mail', 'm') });
  });

  it('leaves all else to the facade', async () => {
    const others: Filter[] = [equals('mail', 'm'), { kind: 'not', operand: byUid('a') }, { kind: 'or', operands: [byUid('a'), byUid('b')] }, { kind: 'startsWith', attribute: Attribute.of('__NAME__', 'a') }];
    for (const filter of others) expect(await split(filter)).toEqual({ native: undefined, residual: filter });
  });

  it('understands the uid column by its own name', async () => {
    expect(await split(equals('UID', 'ann'))).toEqual({ native: equals('__NAME__', 'ann'), residual: undefined });
    expect(await split({ kind: 'or', operands: [{ kind: 'presence', name: 'uid' }, equals('mail', 'm')] })).toEqual({ native: undefined, residual: { kind: 'or', operands: [{ kind: 'presence', name: '__NAME__' }, equals('mail', 'm')] } });
  });
});

describe('paging', () => {
  it.each([1, 3, 10, 11])('pages of %i cover every row once, across a restart', async (pageSize) => {
    const fixture = await Fixture.of(numbers(10));
    const seen: string[] = [];
    let cookie: string | null = '';
    for (let pages = 0; pages < 20 && cookie !== null; pages++) {
      fixture.session = await fixture.open();
      const { objects, end } = await fixture.all({ [OPTION.pageSize]: pageSize, ...(cookie === '' ? {} : { [OPTION.pagedResultsCookie]: cookie }) });
      expect(objects.length).toBeLessThanOrEqual(pageSize);
      seen.push(...uidsOf(objects));
      cookie = end?.pagedResultsCookie ?? null;
    }
    expect(seen).toEqual(Array.from({ length: 10 }, (_, index) => `u${index}`));
  });

  it('works for records of several lines and blank lines between them', async () => {
    const fixture = await Fixture.of('uid,mail\n\na,"1\n2"\n\nb,"x""\n"\n\nc,\n');
    const first = await fixture.all({ [OPTION.pageSize]: 1 });
    const second = await fixture.all({ [OPTION.pageSize]: 2, [OPTION.pagedResultsCookie]: first.end?.pagedResultsCookie ?? '' });
    expect([...uidsOf(first.objects), ...uidsOf(second.objects)]).toEqual(['a', 'b', 'c']);
    expect(second.end?.pagedResultsCookie).toBeNull();
  });

  it('starts at pagedResultsOffset, which a cookie overrides', async () => {
    const fixture = await Fixture.of(numbers(10));
    const { objects, end } = await fixture.all({ [OPTION.pageSize]: 2, [OPTION.pagedResultsOffset]: 5 });
    expect(uidsOf(objects)).toEqual(['u5', 'u6']);
    const next = await fixture.all({ [OPTION.pageSize]: 2, [OPTION.pagedResultsOffset]: 5, [OPTION.pagedResultsCookie]: end?.pagedResultsCookie ?? '' });
    expect(uidsOf(next.objects)).toEqual(['u7', 'u8']);
    expect(uidsOf((await fixture.all({ [OPTION.pagedResultsOffset]: 8 })).objects)).toEqual(['u8', 'u9']);
  });

  it('counts the rows when asked, once for all pages', async () => {
    const fixture = await Fixture.of(numbers(10));
    const options = { [OPTION.pageSize]: 4, [OPTION.totalPagedResultsPolicy]: 'EXACT' };
    const { end } = await fixture.all(options);
    expect(end).toMatchObject({ totalPagedResultsPolicy: 'EXACT', totalPagedResults: 10, remainingPagedResults: 6 });
    const next = await fixture.all({ ...options, [OPTION.pagedResultsCookie]: end?.pagedResultsCookie ?? '' });
    expect(next.end).toMatchObject({ totalPagedResults: 10, remainingPagedResults: 2 });
    expect((await fixture.all({ [OPTION.pageSize]: 4 })).end).toMatchObject({ totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 });
  });

  it.each([
    ['the same in it', (text: string) => text, true],
    ['another row behind the place', (text: string) => text.replace('u8999', 'x8999'), true],
    ['another row before it', (text: string) => text.replace('u1999', 'x1999'), false],
    ['a row less before it', (text: string) => text.replace('u1999,m1999\n', ''), false],
    ['a row that begins elsewhere', (text: string) => text.replace('m1999', 'mm1999'), false],
    ['nothing at the place', (text: string) => text.slice(0, text.indexOf('u5000')), false],
  ])('goes on at another agent, with a file of its own that has %s', async (_what, change, isAccepted) => {
    const fixture = await Fixture.of(numbers(9_000));
    const pages: string[][] = [];
    const options = { [OPTION.pageSize]: 2_500 };
    let cookie = '';
    for (const at of ['here', 'here', 'there', 'there']) {
      if (at === 'there' && pages.length === 2) {
        // As on another machine: another inode, written at another time.
        await writeFile(`${fixture.path}.copy`, change(await readFile(fixture.path, 'utf8')));
        await rename(`${fixture.path}.copy`, fixture.path);
        const elsewhere = await mkdtemp(join(tmpdir(), 'csv-state-'));
        await rm(elsewhere, { recursive: true });
        fixture.session = { ...await fixture.open(), stateDirectory: async () => elsewhere };
      }
      const page = fixture.all({ ...options, ...(cookie === '' ? {} : { [OPTION.pagedResultsCookie]: cookie }) });
      if (at === 'there' && !isAccepted) {
        expect(await failure(page)).toMatchObject({ kind: 'illegalArgument', message: expect.stringContaining('nor for a file with the same rows before it') as string });
        return;
      }
      const { objects, end } = await page;
      pages.push(uidsOf(objects));
      cookie = end?.pagedResultsCookie ?? '';
    }
    expect(cookie).toBe('');
    expect(pages.flat().map((uid) => uid.slice(1))).toEqual(Array.from({ length: 9_000 }, (_, index) => String(index)));
  });
});

describe('a cookie that somebody made up', () => {
  it.each([
    ['a place within a row', (offset: number) => offset + 2],
    ['a place in front of the right one', (offset: number) => offset - 12],
  ])('does not get %s read', async (_what, move) => {
    const fixture = await Fixture.of(numbers(100));
    const { end } = await fixture.all({ [OPTION.pageSize]: 50 });
    const [payload = '', signature = ''] = (end?.pagedResultsCookie ?? '').split('.');
    const fields = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as unknown[];
    fields[3] = move(fields[3] as number);
    const forged = `${Buffer.from(JSON.stringify(fields)).toString('base64url')}.${signature}`;
    expect(await failure(fixture.all({ [OPTION.pageSize]: 50, [OPTION.pagedResultsCookie]: forged }))).toMatchObject({ kind: 'illegalArgument' });
  });

  it('tells nothing of the cells besides the uids', async () => {
    const cookies = await Promise.all(['secret1', 'secret2'].map(async (password) => {
      const fixture = await Fixture.of(`uid,password\na,${password}\nb,${password}\n`);
      const { end } = await fixture.all({ [OPTION.pageSize]: 1 });
      return (JSON.parse(Buffer.from((end?.pagedResultsCookie ?? '').split('.')[0] ?? '', 'base64url').toString('utf8')) as unknown[]).slice(3);
    }));
    expect(cookies[0]).toEqual(cookies[1]);
  });
});

describe('authenticate', () => {
  it.each([
    ['a wrong password', 'ann', 'wrong', 'invalidPassword'],
    ['a password with more behind it', 'ann', 'secret11', 'invalidPassword'],
    ['an empty password', 'ann', '', 'invalidPassword'],
    ['an unknown user', 'zoe', 'secret1', 'invalidCredential'],
    ['a blank user name', ' ', 'secret1', 'invalidCredential'],
    ['a user without password', 'none', 'x', 'invalidPassword'],
    ['blanks for a user without password', 'none', ' ', 'invalidPassword'],
  ])('refuses %s', async (_, user, password, kind) => {
    const fixture = await Fixture.of('uid,first name,mail,password\nann,A,,secret1\nnone,N,,\n');
    const error = await failure(fixture.authenticate(user, password));
    expect(error.kind).toBe(kind);
    expect(error.message).not.toContain('secret');
  });

  it('gives a wrong name and a wrong password the same text', async () => {
    const fixture = await Fixture.of();
    expect((await failure(fixture.authenticate('ann', 'x'))).message).toBe((await failure(fixture.authenticate('zoe', 'x'))).message);
  });

  it('The column named by headerPassword is needed where password authentication is used', async () => {
    const error = await failure((await Fixture.of('uid,mail\nann,x\n')).authenticate('ann', 'x'));
    expect(error.kind).toBe('configuration');
    expect(error.message).toMatch(/no column "password"/);
  });

  it('refuses another object class', async () => {
    expect((await failure((await Fixture.of()).authenticate('ann', 'secret1', '__GROUP__'))).kind).toBe('illegalArgument');
  });

  it('Authenticate takes a user name and a password, checked against the headerUid and headerPassword columns', async () => {
    const fixture = await Fixture.of('login,pw word\nann, secret1 \n', { headerUid: 'login', headerPassword: 'pw word' });
    expect((await fixture.authenticate('ann', 'secret1')).value).toBe('ann');
  });

  it('accepts a password it wrote, blanks at its ends and all', async () => {
    const fixture = await Fixture.of();
    await fixture.update('ann', { __PASSWORD__: new GuardedString(' ne"w\\ ') });
    expect((await fixture.authenticate('ann', ' ne"w\\ ')).value).toBe('ann');
    expect((await failure(fixture.authenticate('ann', 'secret1'))).kind).toBe('invalidPassword');
  });
});

describe('resolveUsername', () => {
  const resolve = (fixture: Fixture, username: string) => operations.resolveUsername(fixture.session, { objectClass: '__ACCOUNT__', options: OperationOptions.none, username }, call());

  it('refuses a name nobody has', async () => {
    const fixture = await Fixture.of();
    expect((await failure(resolve(fixture, 'zoe'))).kind).toBe('invalidCredential');
    expect((await failure(resolve(fixture, ''))).kind).toBe('invalidCredential');
  });

  it('Resolve Username finds a row by name and answers its uid', async () => {
    expect((await resolve(await Fixture.of(), 'bob')).value).toBe('bob');
  });
});
