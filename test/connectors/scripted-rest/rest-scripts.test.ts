import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import scriptedRest from '../../../connectors/catalog/scripted-rest/index.js';
import type { ScriptSandbox } from '../../../connectors/engines/scripted/sandbox/index.js';
import type { FacadeEnvironment } from '../../../connectors/framework/index.js';
import { ACCOUNT, Attribute, ConnectorError, GuardedString, IcfUri, Name, OperationOptions, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { filled, operationSandbox, scriptedSystem, type ScriptedSystem } from '../../support/scripted.js';
import { SCRIPTS } from './rest-scripts.js';
import { UserService } from './user-service.js';

const none = OperationOptions.none;
let runner: ScriptSandbox;
beforeAll(async () => { runner = await operationSandbox(); });
afterAll(() => runner.close());

async function service(): Promise<UserService> {
  const started = await UserService.start();
  onTestFinished(() => started.stop());
  return started;
}

async function system(users: UserService, scripts: Readonly<Record<string, string>> = SCRIPTS, values: Record<string, IcfValue> = {}, environment: Partial<FacadeEnvironment> = {}): Promise<ScriptedSystem> {
  const own = filled(scripts);
  return scriptedSystem({ connector: scriptedRest, runner, scripts: own.scripts ?? {}, values: { serviceAddress: new IcfUri(users.address), defaultAuthMethod: 'NONE', ...own.values, ...values }, environment });
}

/** What a create script answers with, run against the service. */
async function answer(users: UserService, text: string, values: Record<string, IcfValue> = {}, environment: Partial<FacadeEnvironment> = {}): Promise<unknown> {
  const own = await system(users, { create: `return JSON.stringify(await (async () => { ${text} })() ?? null)` }, values, environment);
  return JSON.parse((await own.create([new Name('a'), Attribute.of('secret', new GuardedString('s3cr3t'))]))!.value);
}

describe('the operations of a service behind scripts [scripted-rest 1, 10, 12, 43, 44]', () => {
  it('create, read, find, update, delete, resolve', async () => {
    const users = await service();
    const own = await system(users);
    await own.perform({ kind: 'test' });
    const uid = (await own.create([new Name('anna'), Attribute.of('mail', 'a@example.com'), Attribute.of('__PASSWORD__', new GuardedString('Tr0ub"4dor'))]))!;
    expect(users.users.get(uid.value)).toEqual({ userName: 'anna', mail: 'a@example.com', groups: [], password: 'Tr0ub"4dor' });
    expect((await own.get(uid.value))?.get('mail')?.values).toEqual(['a@example.com']);
    await own.perform({ kind: 'update', updateType: 'ADD', objectClass: ACCOUNT, uid, attributes: [Attribute.of('groups', 'x', 'y')], options: none });
    expect(users.users.get(uid.value)?.groups).toEqual(['x', 'y']);
    expect((await own.perform({ kind: 'resolveUsername', objectClass: ACCOUNT, username: 'anna', options: none }))?.value).toBe(uid.value);
    await own.perform({ kind: 'delete', objectClass: ACCOUNT, uid, options: none });
    expect(await own.get(uid.value)).toBeNull();
    expect(await own.failure({ kind: 'delete', objectClass: ACCOUNT, uid, options: none })).toMatchObject({ kind: 'unknownUid' });
    await own.create([new Name('bert')]);
    expect(await own.failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('bert')], options: none })).toMatchObject({ kind: 'alreadyExists' });
  });

  it('have any text as one part of a path, or are told that it cannot be one', { timeout: 60_000 }, async () => {
    const users = await service();
    const own = await system(users, { create: "return String((await connection.get(['users', id, 'x'])).status)" });
    await fc.assert(fc.asyncProperty(fc.string({ minLength: 1, maxLength: 12, unit: fc.oneof(fc.constantFrom('/', '.', '%', '?', '#', '\\', '\r', '\n', ';', '@', ':', '&', ' '), fc.string({ minLength: 1, maxLength: 1, unit: 'binary' })) }).filter((text) => text.trim() !== ''), async (text) => {
      users.seen.length = 0;
      const asked = own.create([new Name(text)]);
      if (text === '.' || text === '..') await expect(asked).rejects.toThrow(/part of a path/);
      else {
        await asked;
        expect(users.seen.map(({ path }) => path)).toEqual([`/api/users/${encodeURIComponent(text)}/x`]);
      }
    }), { numRuns: 40, examples: [['..'], ['.'], ['../admin'], ['a/../../b'], ['%2e%2e']] });
  });

  it('search page after page, and no further than its reader', async () => {
    const users = await service();
    for (let n = 0; n < 23; n++) users.users.set(String(n), { userName: `u${n}` });
    const own = await system(users);
    expect((await own.search()).items).toHaveLength(23);
    expect((await own.search({ kind: 'endsWith', attribute: new Name('3') })).items.map(({ name }) => name.value)).toEqual(['u3', 'u13']);
    users.seen.length = 0;
    const results = own.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: none }, { signal: new AbortController().signal, operationId: 'o' });
    await results.next();
    await results.return(undefined);
    expect(users.seen.length).toBeLessThan(5);
  });

  it('the sample of the documentation: delete by the path of an account [scripted-rest 11, 13]', async () => {
    const users = await service();
    users.users.set('7', { userName: 'anna' });
    const own = await system(users, { delete: "switch (objectClass) { case icf.ACCOUNT: await customizedConnection.delete('/api/users/' + uid); break; case icf.GROUP: await customizedConnection.delete('/api/groups/' + uid); }" });
    await own.perform({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid('7'), options: none });
    await own.failure({ kind: 'delete', objectClass: '__GROUP__', uid: new Uid('8'), options: none });
    expect(users.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['DELETE /api/users/7', 'DELETE /api/groups/8']);
  });
});

describe('requests', () => {
  it('go where paths lead: below the address, from the server\'s root, or to a part as it is written', async () => {
    const users = await service();
    await answer(users, "for (const path of ['users', '/other', ['users', 'a/../b?c', 5], 'users?x=1']) await connection.get(path, { query: { q: 'ä&b', many: [1, 2], none: null } })");
    expect(users.seen.map(({ path }) => path)).toEqual([
      '/api/users?q=%C3%A4%26b&many=1&many=2', '/other?q=%C3%A4%26b&many=1&many=2', '/api/users/a%2F..%2Fb%3Fc/5?q=%C3%A4%26b&many=1&many=2', '/api/users?x=1&q=%C3%A4%26b&many=1&many=2',
    ]);
  });

  it('carry JSON, forms, text and bytes, in which secrets are what they are', async () => {
    const users = await service();
    users.guard = () => ({ status: 200, body: {} });
    await answer(users, `
      const secret = attributes.secret[0];
      await connection.post('x', { json: { secret, big: 2n ** 60n, list: [1.5, null, true], text: 'ä' } });
      await connection.post('x', { form: { secret, a: 'b c' } });
      await connection.put('x', { body: 'plain', contentType: 'text/plain' });
      await connection.put('x', { body: new Uint8Array([104, 105]) });
      await connection.get('x', { headers: { Authorization: ['Bearer ', secret], 'X-N': 5 } });`);
    expect(users.seen.map(({ headers, body }) => [headers['content-type'], body])).toEqual([
      ['application/json', '{"secret":"s3cr3t","big":1152921504606846976,"list":[1.5,null,true],"text":"ä"}'], ['application/x-www-form-urlencoded', 'secret=s3cr3t&a=b+c'],
      ['text/plain', 'plain'], ['application/json', 'hi'], [undefined, ''],
    ]);
    expect(users.seen[4]?.headers).toMatchObject({ authorization: 'Bearer s3cr3t', 'x-n': '5', accept: 'application/json' });
  });

  it.each<[string, RegExp]>([
    ["connection.get(['users', '..'])", /cannot be empty/], ["connection.request({ method: 'G ET' })", /method/], ["connection.request({ url: 'ftp://x/' })", /http/], ["connection.get('x', { headers: { a: 'b\\r\\nc: d' } })", /line break/], ["connection.get('x', { headers: { 'a b': 'c' } })", /name of a header/],
    ["connection.get('x', { query: 'a=b' })", /query/], ["connection.post('x', { json: { f: () => 1 } })", /function cannot leave/],
  ])('that make no sense are refused and sent nowhere: %s', async (text, message) => {
    const users = await service();
    expect(await answer(users, `try { await ${text} } catch (error) { return error.message }`)).toMatch(message);
    expect(users.seen).toEqual([]);
  });

  it('answer with data that keeps every digit of a whole number, as an id needs', async () => {
    const users = await service();
    users.guard = () => ({ status: 200, body: '{"id":9007199254740993,"small":9007199254740991,"list":[-12345678901234567890,1.2345678901234567e3,12345678901234567.5],"text":"12345678901234567890 \\"1234567890123456789"}' });
    expect(await answer(users, "const { data } = await connection.get('x'); return { ...data, id: String(data.id), type: typeof data.id, list: data.list.map(String) }")).toEqual({
      id: '9007199254740993', type: 'bigint', small: 9_007_199_254_740_991, list: ['-12345678901234567890', '1234.5678901234567', '12345678901234568'], text: '12345678901234567890 "1234567890123456789',
    });
    const own = await system(users, { create: "return (await connection.get('x')).data.id" });
    expect((await own.create([new Name('a')]))?.value).toBe('9007199254740993');
  });

  it('answer with the status of what says it is JSON and is not, where it is a failure', async () => {
    const users = await service();
    users.guard = ({ path }) => ({ status: Number(path.slice('/api/'.length)), body: '<html>' });
    expect(await answer(users, "const { status, data } = await connection.get('502'); return [status, data, await customizedConnection.get('404').catch((error) => error.kind), await connection.get('200').catch((error) => error.message)]"))
      .toEqual([502, '<html>', 'unknownUid', 'The answer with the status 200 says that it is JSON and is not.']);
  });

  it('answer with status, headers and data; only customizedConnection throws, with the kind the status means', async () => {
    const users = await service();
    users.guard = ({ path }) => ({ status: Number(path.slice('/api/'.length)), body: { why: 'so' } });
    expect(await answer(users, "const { status, ok, data, text, headers } = await connection.get('404'); return { status, ok, data, text, type: headers['content-type'] }")).toEqual({ status: 404, ok: false, data: { why: 'so' }, text: '{"why":"so"}', type: 'application/json; charset=utf-8' });
    const kinds = await answer(users, "const kinds = []; for (const status of [200, 400, 401, 403, 404, 409, 412, 418, 429, 500, 503]) kinds.push(await customizedConnection.get(String(status)).then(() => 'ok', (error) => [error.kind, error.status, error.data.why].join())); return kinds");
    expect(kinds).toEqual(['ok', 'invalidAttributeValue,400,so', 'invalidCredential,401,so', 'permissionDenied,403,so', 'unknownUid,404,so', 'alreadyExists,409,so', 'preconditionFailed,412,so', 'connector,418,so', 'retryable,429,so', 'connectorIo,500,so', 'retryable,503,so']);
  });

  it('follow redirections of a reading request at the same server, and no others', async () => {
    const users = await service();
    const other = await service();
    users.guard = ({ path }) => (path === '/api/here' ? { status: 302, headers: { location: '/api/users' } } : path === '/api/away' ? { status: 302, headers: { location: `${other.address}/users` } } : undefined);
    expect(await answer(users, "return [(await connection.get('here')).status, (await connection.get('away')).status, (await connection.post('here')).status]")).toEqual([200, 302, 302]);
    expect(other.seen).toEqual([]);
  });

  it('to another server need the agent\'s leave, and go without the credentials of this one', async () => {
    const users = await service();
    const other = await service();
    const values = { defaultAuthMethod: 'BASIC_PREEMPTIVE', username: 'u', password: new GuardedString('p'), defaultRequestHeaders: ['X-Key = k'] };
    const asked: unknown[] = [];
    expect(await answer(users, `return (await connection.get({ url: '${other.address}' })).status`, values, { permitTarget: async (target) => { asked.push(target); } })).toBe(200);
    expect(asked).toContainEqual({ host: '127.0.0.1', port: other.port });
    expect(other.seen[0]?.headers['authorization']).toBeUndefined();
    expect(other.seen[0]?.headers['x-key']).toBeUndefined();
    expect(await answer(users, `try { await connection.get({ url: '${other.address}' }) } catch (error) { return error.kind }`, values, { permitTarget: async () => { throw new ConnectorError('permissionDenied', 'Not there.'); } })).toBe('permissionDenied');
  });

  it('that reach nobody are told so, with nothing done', async () => {
    const users = await UserService.start();
    const own = await system(users);
    await users.stop();
    expect(await own.failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('a')], options: none })).toMatchObject({ kind: 'connectionFailed', outcome: 'notApplied' });
  });

  it('that were cut off leave the outcome of a write open', async () => {
    const users = await service();
    const own = await system(users);
    users.guard = () => { void users.stop(); return { status: 200, body: 'x'.repeat(100) }; };
    expect(await own.failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('a')], options: none })).toMatchObject({ outcome: 'unknown' });
  });

  it('that the service refuses for now may be sent again', async () => {
    const users = await service();
    users.guard = () => ({ status: 429, body: {} });
    expect(await (await system(users)).failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('a')], options: none })).toMatchObject({ kind: 'retryable', outcome: 'notApplied' });
  });

  it('that the service has taken count, even beside one it has refused at the same time', async () => {
    const users = await service();
    users.guard = ({ path }) => ({ status: path.endsWith('refused') ? 429 : 200, body: {} });
    const own = await system(users, { create: "await Promise.all(['refused', 'taken'].map((path) => connection.post(path, { json: {} }))); throw icf.error('retryable', 'Later.')" });
    expect(await own.failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('a')], options: none })).toMatchObject({ outcome: 'unknown' });
  });

  it('show no secret when they fail', async () => {
    const users = await service();
    const gone = await UserService.start();
    const unreachable = await system(gone, { create: "await connection.get(['login', attributes.__PASSWORD__[0]])" });
    await gone.stop();
    const inPath = await unreachable.failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('a'), Attribute.of('__PASSWORD__', new GuardedString('Tr0ub/4 dor'))], options: none });
    expect(inPath.message).toMatch(/login\/\*\*\*/);
    users.guard = ({ body }) => ({ status: 400, body: { echo: body } });
    const own = await system(users, { create: "const answer = await connection.post('x', { json: attributes }); throw new Error('refused: ' + answer.text)" });
    const error = await own.failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('a'), Attribute.of('__PASSWORD__', new GuardedString('Tr0ub4dor'))], options: none });
    expect(error.message).toContain('refused');
    expect(error.message).not.toContain('Tr0ub4dor');
  });
});
