import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failures, startManaged, type ManagedWorld } from './start-managed.js';

const JENSEN = { userName: 'bjensen', sn: 'Jensen', givenName: 'Barbara', mail: 'bjensen@example.com' };
const NEW = { 'If-None-Match': '*' };
let world: ManagedWorld;
beforeEach(async () => { world = await startManaged(); });
afterEach(() => world.stop());
const make = (id: string, more: object = {}): ReturnType<ManagedWorld['call']> => world.call('PUT', `/managed/user/${id}`, { userName: id, sn: 'X', ...more }, NEW);

describe('what is refused', () => {
  it.each([
    ['GET', '/managed/robot/1', undefined, 404], ['GET', '/managed/user/none', undefined, 404], ['GET', '/managed/user', undefined, 400], ['GET', '/managed', undefined, 501],
    ['DELETE', '/managed/user/none', undefined, 404], ['PATCH', '/managed/user/none', [{ operation: 'remove', field: 'sn' }], 404], ['PUT', '/managed/user/a/b', JENSEN, 403],
    ['POST', '/managed/user/a', JENSEN, 403], ['POST', '/managed/user', { ...JENSEN, _id: 'a/b' }, 403], ['POST', '/managed/user', { ...JENSEN, _id: 7 }, 400], ['PUT', `/managed/user/${'x'.repeat(256)}`, JENSEN, 400],
    ['POST', '/managed/user', '{"userName":"a\\u0000b","sn":"x"}', 400], ['POST', '/managed/user', '{"userName":"a\\ud800","sn":"x"}', 400], ['POST', '/managed/user', [], 400],
    ['POST', '/managed/user?_action=explode', {}, 400], ['GET', '/managed/user?_queryId=nobody', undefined, 400], ['GET', '/managed/user?_queryExpression=true', undefined, 403],
    ['GET', '/managed/user?_queryFilter=password+sw+%22a%22', undefined, 403], ['GET', '/managed/user?_queryFilter=true&_sortKeys=pin', undefined, 403], ['GET', '/managed/user?_queryFilter=!+(token+co+%22a%22)', undefined, 403],
    ['GET', '/managed/user?_queryFilter=true&_pagedResultsCookie=made-up&_pageSize=1', undefined, 400], ['PUT', '/managed/user', JENSEN, 400], ['GET', '/managed/user?_queryId=for-userName', undefined, 400],
  ])('%s %s → %4$i', async (method, path, body, status) => {
    expect((await world.call(method, path, body)).status).toBe(status);
    expect((await world.call('GET', '/managed/user?_queryId=query-all-ids')).body).toMatchObject({ resultCount: 0 });
    expect(world.changes).toEqual([]);
  });

  it('is all that a schema and its policies say, at once', async () => {
    const answer = await world.call('POST', '/managed/user', {
      userName: '', givenName: 'x'.repeat(21), mail: 'nobody', age: 1.5, active: 'yes', aliases: ['a', 7], address: { floor: 'top' }, password: 'short', _id: 'x',
    });
    expect([answer.status, answer.body.message]).toEqual([403, 'Policy validation failed']);
    expect(failures(answer)).toEqual([
      'active VALID_TYPE', 'address/city REQUIRED', 'address/floor VALID_TYPE', 'age VALID_TYPE', 'aliases[1] VALID_TYPE', 'givenName MAX_LENGTH', 'mail VALID_EMAIL_ADDRESS_FORMAT',
      'password AT_LEAST_X_CAPITAL_LETTERS', 'password AT_LEAST_X_NUMBERS', 'password MIN_LENGTH', 'sn REQUIRED', 'userName MIN_LENGTH', 'userName REQUIRED',
    ]);
    expect(answer.text).not.toContain('short');
  });

  it('is a value that another object has, whatever its case, also of two who come at once', async () => {
    await make('bjensen');
    expect(failures(await make('second', { userName: 'BJensen' }))).toEqual(['userName UNIQUE']);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => make(`racer${index}`, { userName: 'racer', mail: `r${index}@example.com` })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 403)]);
    const loser = answers.find(({ status }) => status === 403);
    expect(loser === undefined ? [] : failures(loser)).toEqual(['userName UNIQUE']);
    // Its own value is nobody else's, and a value that was given up is free.
    expect((await world.call('PUT', '/managed/user/bjensen', { userName: 'bjensen', sn: 'Y' })).status).toBe(200);
    await world.call('DELETE', '/managed/user/bjensen');
    expect((await make('third', { userName: 'bjensen' })).status).toBe(201);
  });

  it('is a unique value that objects have from before it had to be unique', async () => {
    await world.writeTypes({ objects: [{ name: 'user', schema: { properties: { nick: { type: 'string' } } } }] });
    await world.call('PUT', '/managed/user/old', { nick: 'Bob' });
    await world.writeTypes({ objects: [{ name: 'user', schema: { properties: { nick: { type: 'string', policies: [{ policyId: 'unique' }] } } } }] });
    expect(failures(await world.call('PUT', '/managed/user/new', { nick: 'bob' }))).toEqual(['nick UNIQUE']);
  });
});

describe('create, read, update, delete', () => {
  it('goes with revisions as CREST has them', async () => {
    const made = await world.call('POST', '/managed/user?_action=create', JENSEN);
    expect([made.status, made.body]).toEqual([201, { _id: made.body._id, _rev: made.body._rev, ...JENSEN }]);
    expect(made.headers.get('location')).toMatch(new RegExp(`/openidm/managed/user/${made.body._id}$`));
    const path = `/managed/user/${made.body._id}`;
    expect((await world.call('GET', path, undefined, { 'If-None-Match': `"${made.body._rev}"` })).status).toBe(304);
    expect((await world.call('PUT', path, { ...JENSEN, sn: 'New' }, { 'If-Match': '"another"' })).status).toBe(412);
    expect((await world.call('PUT', path, JENSEN, NEW)).status).toBe(412);
    const updated = await world.call('PUT', path, { ...JENSEN, sn: 'New' }, { 'If-Match': `"${made.body._rev}"` });
    expect([updated.status, updated.body.sn, updated.body._rev === made.body._rev]).toEqual([200, 'New', false]);
    expect((await world.call('DELETE', path, undefined, { 'If-Match': made.body._rev })).status).toBe(412);
    const gone = await world.call('DELETE', path, undefined, { 'If-Match': '*' });
    expect([gone.status, gone.body.sn, (await world.call('GET', path)).status]).toEqual([200, 'New', 404]);
    expect(world.changes.map(({ kind, container, oldValue, newValue }) => [kind, container, oldValue?.['sn'], newValue?.['sn']])).toEqual([
      ['create', 'managed/user', undefined, 'Jensen'], ['update', 'managed/user', 'Jensen', 'New'], ['delete', 'managed/user', 'New', undefined],
    ]);
  });

  it('makes or changes by a PUT without headers, takes the id of the content for a new object, and keeps ids from changing', async () => {
    expect((await world.call('PUT', '/managed/user/a', JENSEN)).status).toBe(201);
    expect((await world.call('PUT', '/managed/user/a', { ...JENSEN, sn: 'B' })).status).toBe(200);
    expect((await world.call('PUT', '/managed/user/x', { ...JENSEN, userName: 'other', mail: null, _id: 'of content' }, NEW)).body._id).toBe('of content');
    expect((await world.call('PUT', '/managed/user/a', { ...JENSEN, _id: 'b' })).status).toBe(400);
    expect((await world.call('PUT', '/managed/user/none', JENSEN, { 'If-Match': '*' })).status).toBe(404);
  });

  it('does nothing for a PUT that is equal to what is stored, secrets included', async () => {
    const made = await make('a', { password: 'Secret123', pin: '1234', token: 'T' });
    const again = await world.call('PUT', '/managed/user/a', { userName: 'a', sn: 'X', password: 'Secret123', pin: '1234', token: 'T' });
    expect([again.status, again.body._rev]).toEqual([200, made.body._rev]);
    expect(world.changes).toHaveLength(1);
  });

  it('keeps whole numbers and odd names as they are', async () => {
    const answer = await world.call('PUT', '/managed/user/a', '{"userName":"a","sn":"x","big":9007199254740993,"__proto__":{"x":1},"constructor":"c"}');
    expect(answer.text).toContain('"big":9007199254740993');
    expect((await world.call('GET', '/managed/user/a')).text).toContain('"__proto__":{"x":1}');
  });
});

describe('secrets', () => {
  it('are stored hashed or encrypted, and private ones are never answered', async () => {
    const made = await make('a', { password: 'Secret123', pin: '1234', token: 'T-9' });
    for (const answer of [made, await world.call('GET', '/managed/user/a?_fields=*,password,pin'), await world.call('GET', '/managed/user?_queryFilter=true'), await world.call('PATCH', '/managed/user/a', [{ operation: 'replace', field: 'sn', value: 'Y' }])]) {
      expect(answer.text).not.toMatch(/Secret123|1234|password|pin|T-9/);
      expect(answer.text).toContain('x-simple-encryption');
    }
    const [row] = await world.database.query<{ text: string; content: { password: unknown } }>('SELECT content::text || folded::text AS text, content FROM managed_object');
    expect(row?.text).not.toMatch(/secret123|"1234"|t-9/i);
    expect(row?.content.password).toMatchObject({ $crypto: { type: 'salted-hash', value: { algorithm: 'SHA-256' } } });
    expect(JSON.stringify(world.changes)).not.toMatch(/Secret123|"1234"|T-9/);
  });

  it('stay when a PUT of somebody who cannot see them leaves them out, and go when they are removed', async () => {
    await make('a', { password: 'Secret123', pin: '1234' });
    await world.call('PUT', '/managed/user/a', { userName: 'a', sn: 'Z' });
    const names = async (): Promise<string[]> => Object.keys((await world.part.objects.store.read('user', 'a'))?.content ?? {}).sort();
    expect(await names()).toEqual(['password', 'pin', 'sn', 'userName']);
    await world.call('PATCH', '/managed/user/a', [{ operation: 'remove', field: '/password' }]);
    expect(await names()).toEqual(['pin', 'sn', 'userName']);
  });
});

describe('patch', () => {
  it('knows every operation', async () => {
    await make('a', { age: 4, aliases: ['x'], givenName: 'G' });
    const answer = await world.call('PATCH', '/managed/user/a', [
      { operation: 'increment', field: '/age', value: 2 }, { operation: 'add', field: '/aliases/-', value: 'y' }, { operation: 'copy', from: '/sn', field: '/mail' }, { operation: 'replace', field: 'mail', value: 'a@b.c' },
      { operation: 'move', from: '/givenName', field: '/nick' }, { operation: 'remove', field: '/aliases', value: 'x' }, { operation: 'add', field: '/address/city', value: 'Oslo' },
    ]);
    expect(answer.body).toMatchObject({ age: 6, aliases: ['y'], mail: 'a@b.c', nick: 'G', address: { city: 'Oslo' } });
    expect(answer.body).not.toHaveProperty('givenName');
    expect((await world.call('PATCH', '/managed/user/a', [{ operation: 'transform', field: 'sn', value: {} }])).status).toBe(400);
    expect((await world.call('PATCH', '/managed/user/a', [{ operation: 'replace', field: '_id', value: 'b' }])).status).toBe(400);
  });

  it('is checked for what it touches', async () => {
    await make('a');
    const answer = await world.call('PATCH', '/managed/user/a', [{ operation: 'replace', field: 'mail', value: 'nobody' }]);
    expect([answer.status, answer.body.message, failures(answer)]).toEqual([403, 'Failed policy validation', ['mail VALID_EMAIL_ADDRESS_FORMAT']]);
    expect(failures(await world.call('PATCH', '/managed/user/a', [{ operation: 'remove', field: 'sn' }]))).toEqual(['sn REQUIRED']);
  });

  it('of many at once loses nothing, and with a revision only the first counts', async () => {
    const { body } = await make('a', { age: 0 });
    const increment = (headers: Record<string, string>): ReturnType<ManagedWorld['call']> => world.call('PATCH', '/managed/user/a', [{ operation: 'increment', field: 'age', value: 1 }], headers);
    const strict = await Promise.all(Array.from({ length: 5 }, () => increment({ 'If-Match': body._rev })));
    expect(strict.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412]);
    const free = await Promise.all(Array.from({ length: 10 }, () => increment({})));
    expect(free.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect((await world.call('GET', '/managed/user/a')).body.age).toBe(11);
  });
});

describe('queries', () => {
  beforeEach(async () => {
    for (let index = 0; index < 7; index += 1) await make(`u${index}`, { age: index, aliases: [`alias${index % 2}`], active: index > 3 });
  });

  it('answer by filter, id and name', async () => {
    const ids = async (search: string): Promise<string[]> => ((await world.call('GET', `/managed/user?${search}`)).body.result).map(({ _id }) => _id);
    expect(await ids('_queryFilter=age+ge+5+or+userName+eq+"U1"')).toEqual(['u1', 'u5', 'u6']);
    expect(await ids('_queryFilter=aliases+eq+"alias1"+and+!+(active+eq+true)')).toEqual(['u1', 'u3']);
    expect(await ids('_queryId=for-userName&uid=u3')).toEqual(['u3']);
    expect((await world.call('GET', '/managed/user?_queryId=query-all-ids')).body.result[0]).toEqual({ _id: 'u0', _rev: expect.any(String) as unknown });
    expect((await world.call('GET', '/managed/user?_queryId=query-all&_fields=age')).body.result[6]).toEqual({ _id: 'u6', _rev: expect.any(String) as unknown, age: 6 });
  });

  it('come sorted, in pages by cookie and by offset, with totals', async () => {
    const page = (more: string): ReturnType<ManagedWorld['call']> => world.call('GET', `/managed/user?_queryFilter=age+ge+1&_sortKeys=-active,-age&_fields=_id&_pageSize=4&_totalPagedResultsPolicy=EXACT${more}`);
    const idsOf = ({ body }: Awaited<ReturnType<typeof page>>): string[] => body.result.map(({ _id }) => _id);
    const first = await page('');
    expect([idsOf(first), first.body.totalPagedResults, first.body.totalPagedResultsPolicy]).toEqual([['u6', 'u5', 'u4', 'u3'], 6, 'EXACT']);
    const second = await page(`&_pagedResultsCookie=${first.body.pagedResultsCookie ?? ''}`);
    expect([idsOf(second), second.body.pagedResultsCookie]).toEqual([['u2', 'u1'], null]);
    expect(idsOf(await page('&_pagedResultsOffset=5'))).toEqual(['u1']);
  });
});

describe('actions', () => {
  it('patches the one object of a query, and says when there is none or several', async () => {
    await make('a');
    await make('b');
    const patch = (filter: string): ReturnType<ManagedWorld['call']> => world.call('POST', `/managed/user?_action=patch&_queryFilter=${filter}`, [{ operation: 'replace', field: 'sn', value: 'New' }]);
    expect((await patch('userName+eq+"a"')).body).toMatchObject({ _id: 'a', sn: 'New' });
    expect([(await patch('userName+eq+"c"')).status, (await patch('true')).status]).toEqual([404, 500]);
    expect((await world.call('POST', '/managed/user/b?_action=patch', [{ operation: 'replace', field: 'sn', value: 'Q' }])).body).toMatchObject({ _id: 'b', sn: 'Q' });
  });

  it('tells objects to the mappings again', async () => {
    await make('a');
    await make('b');
    world.changes.length = 0;
    expect((await world.call('POST', '/managed/user/a?_action=triggerSyncCheck')).body).toMatchObject({ _id: 'a', sn: 'X' });
    expect((await world.call('POST', '/managed/user?_action=triggerSyncCheck')).body).toEqual({ status: 'OK', countTriggered: 2 });
    expect((await world.call('POST', '/managed/user?_action=triggerSyncCheck&queryFilter=_id+eq+"b"')).body).toEqual({ status: 'OK', countTriggered: 1 });
    expect(world.changes.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['update a', 'update a', 'update b', 'update b']);
  });
});

describe('policies and schemas', () => {
  it('are told, and tried without a change', async () => {
    await make('a');
    expect((await world.call('POST', '/policy/managed/user/a?_action=validateProperty', { password: '12345' })).body).toEqual({
      result: false, failedPolicyRequirements: [
        { property: 'password', policyRequirements: [{ policyRequirement: 'MIN_LENGTH', params: { minLength: 8 } }] },
        { property: 'password', policyRequirements: [{ policyRequirement: 'AT_LEAST_X_CAPITAL_LETTERS', params: { numCaps: 1 } }] },
      ],
    });
    expect((await world.call('POST', '/policy/managed/user/a?_action=validateObject', { userName: 'a', sn: 'x' })).body).toEqual({ result: true, failedPolicyRequirements: [] });
    expect((await world.call('POST', '/policy/managed/user/*?_action=validateObject', { userName: 'a', sn: 'x' })).body).toMatchObject({ result: false, failedPolicyRequirements: [{ property: 'userName' }] });
    expect((await world.call('POST', '/policy/managed/user/*?_action=guess', {})).status).toBe(400);
    expect((await world.call('GET', '/policy/managed/user/*')).body.properties).toContainEqual({
      name: 'sn', policyRequirements: ['REQUIRED', 'VALID_TYPE'], policies: [{ policyId: 'required', policyRequirements: ['REQUIRED'] }, { policyId: 'valid-type', params: { types: ['string'] }, policyRequirements: ['VALID_TYPE'] }],
    });
    expect((await world.call('GET', '/schema/managed/user')).body).toMatchObject({ _id: 'managed/user', title: 'User', viewable: true, properties: { userName: { userEditable: true } } });
    expect((await world.call('GET', '/schema/managed/robot')).status).toBe(404);
    expect((await world.call('GET', '/schema/managed?_queryFilter=true')).body.resultCount).toBe(1);
  });
});
