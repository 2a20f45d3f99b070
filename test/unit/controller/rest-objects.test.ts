import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Attribute, ConnectorError, IcfArray, Name, SortKey, Uid } from '../../../protocol/model/index.js';
import { startRest, type Rest } from './start-rest.js';

let rest: Rest;
beforeEach(async () => { rest = await startRest(); });
afterEach(() => rest.stop());
const ACCOUNTS = '/openidm/system/memory/account';

describe('objects over REST: what is refused', () => {
  it.each([
    ['GET', '/openidm/system/nobody/account/1', 404, 'Resource &#39;system/nobody&#39; not found'],
    ['GET', '/openidm/system/Memory/account/1', 404, 'Resource &#39;system/Memory&#39; not found'],
    ['GET', '/openidm/system/memory/Account/1', 404, 'Not found: Account'],
    ['GET', `${ACCOUNTS}/nobody`, 404, 'Object nobody not found on system/memory/account'],
    ['GET', '/openidm/system', 501, undefined], ['GET', '/openidm/system/memory', 501, undefined], ['GET', ACCOUNTS, 400, undefined],
    ['DELETE', ACCOUNTS, 400, undefined], ['DELETE', '/openidm/system/memory', 400, undefined], ['DELETE', `${ACCOUNTS}/nobody`, 404, undefined],
    ['GET', `${ACCOUNTS}/1?_queryFilter=true`, 400, undefined], ['GET', `${ACCOUNTS}?_queryId=for-userName`, 400, 'Unsupported _queryId: for-userName'],
    ['GET', `${ACCOUNTS}?_queryFilter=true&_queryId=query-all-ids`, 400, undefined], ['GET', `${ACCOUNTS}?_queryFilter=true&_nonsense=1`, 400, 'Unrecognized request parameter &#39;_nonsense&#39;'],
    ['GET', `${ACCOUNTS}?_queryFilter=true&_pageSize=x`, 400, undefined], ['GET', `${ACCOUNTS}?_queryFilter=true&_pagedResultsCookie=&_pagedResultsOffset=1`, 400, undefined],
    ['GET', `${ACCOUNTS}?_queryFilter=nothing+eq+1`, 400, 'Attribute nothing does not exist as part of ObjectClass: __ACCOUNT__'],
    ['GET', `${ACCOUNTS}?_queryFilter=_id+sw+%22x%22`, 400, 'Uid can only be used for equals comparison.'],
    ['GET', `${ACCOUNTS}?_queryFilter=a%2Fb+eq+1`, 400, undefined], ['GET', `${ACCOUNTS}?_queryFilter=age+eq+%22old%22`, 400, undefined],
    ['GET', `${ACCOUNTS}?_queryFilter=mail+co+1`, 400, 'Value must be a string!'], ['GET', `${ACCOUNTS}?_queryFilter=true&_sortKeys=+mail`, 400, undefined],
    ['GET', `${ACCOUNTS}?_queryFilter=true&_totalPagedResultsPolicy=SOME`, 400, undefined], ['GET', '/openidm/%zz', 400, undefined],
    ['OPTIONS', ACCOUNTS, 501, 'Method OPTIONS not supported'], ['POST', `${ACCOUNTS}?_action=resolveUsername`, 400, undefined],
    ['GET', '/openidm/system/memory/__ALL__?_queryFilter=true', 501, undefined],
  ])('%s %s → %i', async (method, path, status, message) => {
    const answer = await rest.call(method, path);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ code: status, ...(message === undefined ? {} : { message }) });
  });

  it.each([
    ['no object', '[1]'], ['two values', '{} {}'], ['no JSON', '{"a":'], ['too deep', '['.repeat(300) + ']'.repeat(300)],
    ['no name', '{"mail":"x"}'], ['an unknown key', '{"userName":"x","colour":"red"}'], ['a wrong type', '{"userName":"x","age":"old"}'],
    ['several values for one', '{"userName":"x","mail":["a","b"]}'],
  ])('a create with %s is 400 and reaches no connector', async (_what, body) => {
    const answer = await rest.call('POST', `${ACCOUNTS}?_action=create`, { body });
    expect(answer.status).toBe(400);
    expect(rest.facade.named('create')).toEqual([]);
  });

  it('refuses a body beyond the limit with 413 and other content types with 400', async () => {
    await rest.stop();
    rest = await startRest({ limits: { maxBodyBytes: 100 } });
    expect((await rest.call('POST', ACCOUNTS, { body: { userName: 'x'.repeat(200) } })).status).toBe(413);
    expect((await rest.call('POST', ACCOUNTS, { body: '<a/>', headers: { 'Content-Type': 'application/xml' } })).status).toBe(400);
  });

  it('follows the rules of conditional headers', async () => {
    const id = rest.facade.add('bob');
    const put = (headers: Record<string, string>): Promise<number> => rest.call('PUT', `${ACCOUNTS}/${id}`, { body: { mail: 'x' }, headers }).then(({ status }) => status);
    expect(await put({ 'If-Match': '"stale"' })).toBe(412);
    expect(await put({ 'If-None-Match': 'x' })).toBe(400);
    expect(await put({ 'If-None-Match': '*', 'If-Match': '*' })).toBe(412);
    expect(await put({ 'If-Unmodified-Since': 'x' })).toBe(409);
    expect((await rest.call('GET', `${ACCOUNTS}/${id}`, { headers: { 'If-None-Match': '*' } })).status).toBe(412);
    expect((await rest.call('GET', `${ACCOUNTS}/${id}`, { headers: { 'If-Match': 'x' } })).status).toBe(412);
    expect((await rest.call('GET', `${ACCOUNTS}/${id}`, { headers: { 'Accept-API-Version': 'protocol=3.0,resource=1.0' } })).status).toBe(400);
    expect((await rest.call('GET', `${ACCOUNTS}/${id}`, { headers: { 'Accept-API-Version': 'protocol=1.2' } })).status).toBe(400);
  });

  it.each([
    ['alreadyExists', 412], ['configuration', 500], ['connectionBroken', 503], ['connectionFailed', 503], ['connectorIo', 503], ['operationTimeout', 503], ['passwordExpired', 403],
    ['invalidPassword', 401], ['unknownUid', 404], ['invalidCredential', 401], ['permissionDenied', 403], ['connectorSecurity', 500], ['invalidAttributeValue', 400],
    ['preconditionFailed', 412], ['preconditionRequired', 428], ['retryable', 503], ['connector', 500], ['unsupportedOperation', 500],
  ] as const)('a connector\'s %s is %i, its text without secrets', async (kind, status) => {
    rest.facade.failures.set('get', new ConnectorError(kind, 'bind as cn=admin with topsecret refused'));
    const answer = await rest.call('GET', `${ACCOUNTS}/u1`);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain('bind as cn=admin with *** refused');
    expect(answer.text).not.toContain('topsecret');
  });

  it('answers 503 with the reason when no agent is connected', async () => {
    rest.host.isOperational = false;
    const answer = await rest.call('GET', `${ACCOUNTS}/u1`);
    expect(answer).toMatchObject({ status: 503, body: { code: 503, reason: 'Service Unavailable', detail: { connectorMessage: 'no agent is connected' } } });
  });

  it('answers 501 for an operation the connector lacks', async () => {
    rest.facade.supportedOperations = new Set(['TestApiOp']);
    expect((await rest.call('POST', ACCOUNTS, { body: { userName: 'x' } })).body).toMatchObject({
      code: 501, message: 'Operation org.identityconnectors.framework.api.operations.CreateApiOp is not supported by the Connector',
    });
  });
});

describe('objects over REST: what is answered', () => {
  it('creates, tells where, and reads back with _id and _rev first', async () => {
    const answer = await rest.call('POST', `${ACCOUNTS}?_action=create`, { body: { userName: 'bob %41', mail: 'b@x', phones: '1', age: 7, password: 's3cret', _note: 1 } });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`${rest.url}${ACCOUNTS}/u1`);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(Object.keys(answer.body as object).slice(0, 2)).toEqual(['_id', '_rev']);
    expect(answer.body).toEqual({ _id: 'u1', _rev: '1', userName: 'bob %41', mail: 'b@x', phones: ['1'], age: 7 });
    const [create] = rest.facade.named('create');
    expect(create?.attributes.map(({ name }) => name)).toEqual(['__NAME__', 'mail', 'age', 'telephoneNumber', '__PASSWORD__']);
    expect(create?.options.attributesToGet).toEqual(['__NAME__', 'mail', 'age', 'telephoneNumber', 'fixed']);
  });

  it('takes a POST without _action, without /openidm, with a trailing slash, and with the type curl sends', async () => {
    const answer = await rest.call('POST', '/system/memory/account/', { body: '{"userName":"a"}', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`${rest.url}/system/memory/account/u1`);
  });

  it('updates with PUT whether If-Match is there or not, creates what is absent, and 412s If-None-Match on a name that exists', async () => {
    const id = rest.facade.add('bob', { mail: 'old' });
    expect((await rest.call('PUT', `${ACCOUNTS}/${id}`, { body: { mail: 'new', fixed: 'dropped' }, headers: { 'If-Match': '*' } })).body).toMatchObject({ _id: id, _rev: '2', mail: 'new' });
    expect((await rest.call('PUT', `${ACCOUNTS}/${id}`, { body: { mail: null } })).body).toEqual({ _id: id, _rev: '3', userName: 'bob' });
    const update = rest.facade.named('update');
    expect(update.map(({ attributes }) => attributes.map(({ name, values }) => [name, values]))).toEqual([[['mail', ['new']]], [['mail', null]]]);
    expect(await rest.call('PUT', `${ACCOUNTS}/carol`, { body: {} })).toMatchObject({ status: 201, body: { userName: 'carol' } });
    expect(await rest.call('PUT', `${ACCOUNTS}/carol`, { body: { userName: 'carol' }, headers: { 'If-None-Match': '*' } })).toMatchObject({ status: 412, body: { message: 'System object carol already exists' } });
  });

  it('passes an expected revision on and treats a POST to an instance as an update', async () => {
    const id = rest.facade.add('bob');
    expect((await rest.call('PUT', `${ACCOUNTS}/${id}`, { body: { mail: 'a' }, headers: { 'If-Match': '"1"' } })).status).toBe(200);
    expect(rest.facade.named('update')[0]?.uid.revision).toBe('1');
    expect((await rest.call('POST', `${ACCOUNTS}/${id}`, { body: { mail: 'b' }, headers: { 'If-Match': '*' } })).body).toMatchObject({ _id: id, mail: 'b' });
  });

  it('refuses _action=create on an instance and changes nothing', async () => {
    const id = rest.facade.add('bob', { mail: 'old' });
    expect((await rest.call('POST', `${ACCOUNTS}/${id}?_action=create`, { body: { mail: 'new' } })).status).toBe(400);
    expect([...rest.facade.named('create'), ...rest.facade.named('update')]).toEqual([]);
  });

  it('reads ids with slashes, written plainly or encoded, chosen fields, and 304', async () => {
    rest.facade.add('lic', { mail: 'm', age: 3 }, 'License/A b/20GB');
    const plain = await rest.call('GET', `${ACCOUNTS}/License/A%20b/20GB?_fields=%22_id,mail%22`);
    expect(plain.body).toEqual({ _id: 'License/A b/20GB', _rev: '1', mail: 'm' });
    expect((await rest.call('GET', `${ACCOUNTS}/License%2FA%20b%2F20GB?_fields=*`)).body).toMatchObject({ mail: 'm', age: 3 });
    expect(rest.facade.named('get').map(({ options }) => options.attributesToGet)).toEqual([['mail'], ['__NAME__', 'mail', 'age', 'telephoneNumber', 'fixed']]);
    const cached = await rest.call('GET', `${ACCOUNTS}/License%2FA%20b%2F20GB`, { headers: { 'If-None-Match': '"1"' } });
    expect([cached.status, cached.text]).toEqual([304, '']);
    const raw = await rest.call('GET', `${ACCOUNTS}/License%2FA%20b%2F20GB?_fields=age&_mimeType=text/plain&_prettyprint=true`);
    expect([raw.text, raw.headers.get('content-type')]).toEqual(['3', 'text/plain']);
  });

  it('deletes and answers what was there', async () => {
    const id = rest.facade.add('bob', { mail: 'm' });
    expect(await rest.call('DELETE', `${ACCOUNTS}/${id}`, { headers: { 'If-Match': '*' } })).toMatchObject({ status: 200, body: { _id: id, mail: 'm' } });
    expect(rest.facade.objects.size).toBe(0);
  });

  it('keeps 64-bit numbers exact both ways', async () => {
    await rest.stop();
    const { PROVISIONER } = await import('./start-rest.js');
    const wide = structuredClone(PROVISIONER) as { objectTypes: { account: { properties: Record<string, unknown> } } };
    wide.objectTypes.account.properties['serial'] = { type: 'number', nativeName: 'serial', nativeType: 'JAVA_TYPE_LONG' };
    rest = await startRest({ files: { 'provisioner.openicf-mem.json': wide } });
    const answer = await rest.call('POST', ACCOUNTS, { body: '{"userName":"x","serial":9007199254740993}' });
    expect(answer.text).toContain('"serial":9007199254740993');
    expect(rest.facade.named('create')[0]?.attributes.find(({ name }) => name === 'serial')?.single).toBe(9007199254740993n);
  });

  it('authenticates by query and by body, and says 401 for a wrong password', async () => {
    const id = rest.facade.add('bob');
    const url = `${ACCOUNTS}?_action=authenticate`;
    expect(await rest.call('POST', `${url}&username=bob&password=Passw0rd`)).toMatchObject({ status: 200, body: { _id: id } });
    expect(await rest.call('POST', url, { body: { username: 'bob', password: 'Passw0rd' } })).toMatchObject({ status: 200, body: { _id: id } });
    expect((await rest.call('POST', url, { body: { username: 'bob', password: 'wrong' } })).status).toBe(401);
    expect((await rest.call('POST', `${url}&username=bob`)).status).toBe(400);
  });
});

describe('patch', () => {
  const patch = (id: string, body: unknown): ReturnType<Rest['call']> => rest.call('PATCH', `${ACCOUNTS}/${id}`, { body });
  const sent = (): unknown[] => rest.facade.named('update').map(({ updateType, attributes }) => [updateType, ...attributes.map(({ name, values }) => [name, values])]);

  it.each([
    ['no array of operations', '7'], ['an unknown operation', [{ operation: 'destroy', field: 'mail' }]], ['no value', [{ operation: 'replace', field: 'mail', value: null }]],
    ['a script', [{ operation: 'transform', field: 'mail', value: { script: 'x' } }]], ['an unknown field', [{ operation: 'add', field: 'colour', value: 1 }]],
    ['an index', [{ operation: 'replace', field: '/phones/0', value: 'x' }]], ['nothing to copy', [{ operation: 'copy', from: 'age', field: 'mail' }]],
    ['a field nobody may change', [{ operation: 'replace', field: 'fixed', value: 'x' }]], ['no number', [{ operation: 'increment', field: 'mail', value: 1 }]],
  ])('refuses %s', async (_what, body) => {
    const id = rest.facade.add('bob', { mail: 'm' });
    expect((await patch(id, body)).status).toBe(400);
    expect(sent()).toEqual([]);
  });

  it('sends values added to and removed from lists as such, and everything else as the new value, each attribute once', async () => {
    const id = rest.facade.add('bob', { mail: 'm', age: 1, telephoneNumber: ['1', '2'] });
    const answer = await patch(id, [
      { operation: 'add', field: '/phones/-', value: '3' }, { operation: 'add', field: 'phones', value: ['4', '3'] },
      { operation: 'increment', field: 'age', value: 2 }, { operation: 'increment', field: 'age', value: 3 }, { operation: 'remove', field: 'mail' },
    ]);
    expect(sent()).toEqual([['ADD', ['telephoneNumber', ['3', '4']]], ['REPLACE', ['age', [6]], ['mail', null]]]);
    expect(answer.body).toMatchObject({ phones: ['1', '2', '3', '4'], age: 6 });
    await patch(id, [{ operation: 'remove', field: 'phones', value: '1' }]);
    expect(sent().at(-1)).toEqual(['REMOVE', ['telephoneNumber', ['1']]]);
    await patch(id, [{ operation: 'remove', field: 'phones', value: '2' }, { operation: 'add', field: 'phones', value: '9' }]);
    expect(sent().at(-1)).toEqual(['REPLACE', ['telephoneNumber', ['3', '4', '9']]]);
  });

  it('moves and copies, always sends a password, and sends nothing for no change', async () => {
    const id = rest.facade.add('bob', { mail: 'm' });
    expect((await patch(id, [{ operation: 'replace', field: 'mail', value: 'm' }, { operation: 'add', field: '_x', value: 1 }])).status).toBe(200);
    expect(sent()).toEqual([]);
    await patch(id, [{ operation: 'copy', from: '/mail', field: '/phones' }, { operation: 'replace', field: 'password', value: 'pw' }]);
    const [update] = rest.facade.named('update');
    expect(update?.attributes.map(({ name }) => name).sort()).toEqual(['__PASSWORD__', 'telephoneNumber']);
    await patch(id, { mail: 'object form', age: null });
    expect(sent().at(-1)).toEqual(['REPLACE', ['mail', ['object form']]]);
    await patch(id, { operation: 'replace', Field: 'mail', value: 'one operation' });
    expect(sent().at(-1)).toEqual(['REPLACE', ['mail', ['one operation']]]);
  });

  it('does not swallow a failure of a removal', async () => {
    const id = rest.facade.add('bob', { telephoneNumber: ['1'] });
    rest.facade.failures.set('update', new ConnectorError('permissionDenied', 'no'));
    expect((await patch(id, [{ operation: 'remove', field: 'phones', value: '1' }])).status).toBe(403);
  });
});

describe('query', () => {
  const query = (parameters: string): ReturnType<Rest['call']> => rest.call('GET', `${ACCOUNTS}?${parameters}`);

  it('answers rows and totals, and hands paging and sorting to the connector in its own names', async () => {
    rest.facade.add('bob', { mail: 'b' });
    rest.facade.searchEnd = { pagedResultsCookie: 'next', totalPagedResultsPolicy: 'EXACT', totalPagedResults: 9, remainingPagedResults: 8 };
    const answer = await query('_queryFilter=true&_pageSize=1&_pagedResultsCookie=c&_sortKeys=-mail,userName&_totalPagedResultsPolicy=exact&_fields=age');
    expect(answer.body).toEqual({
      result: [{ _id: 'u1', _rev: '1' }], resultCount: 1, pagedResultsCookie: 'next', totalPagedResultsPolicy: 'EXACT', totalPagedResults: 9, remainingPagedResults: 8,
    });
    const [search] = rest.facade.named('search');
    expect(search?.filter).toBeUndefined();
    expect(search?.options.entries).toEqual(new Map<string, unknown>([
      ['ATTRS_TO_GET', new IcfArray('String', ['age', 'mail'])], ['PAGED_RESULTS_OFFSET', 0],
      ['SORT_KEYS', new IcfArray('SortKey', [new SortKey('mail', false), new SortKey('__NAME__', true)])], ['PAGE_SIZE', 1], ['PAGED_RESULTS_COOKIE', 'c'], ['TOTAL_PAGED_RESULTS_POLICY', 'EXACT'],
    ]));
  });

  it('asks for ids only with query-all-ids', async () => {
    rest.facade.add('bob');
    expect((await query('_queryId=query-all-ids')).body).toMatchObject({ result: [{ _id: 'u1', userName: 'bob' }], resultCount: 1, pagedResultsCookie: null, totalPagedResults: -1 });
    expect(rest.facade.named('search')[0]?.options.attributesToGet).toEqual(['__UID__']);
  });

  it.each([
    ['_id eq "u1"', { kind: 'equals', attribute: new Uid('u1') }],
    ['userName eq "bob"', { kind: 'equals', attribute: new Name('bob') }],
    ['age gt "5"', { kind: 'greaterThan', attribute: Attribute.of('age', 5) }],
    ['mail ew "x"', { kind: 'endsWith', attribute: Attribute.of('mail', 'x') }],
    ['phones ca "1"', { kind: 'containsAllValues', attribute: Attribute.of('telephoneNumber', '1') }],
    ['mail pr and (true or age lt 3)', { kind: 'presence', name: 'mail' }],
    ['false or ! (nothing pr) and mail pr', { kind: 'presence', name: 'mail' }],
    ['_id pr and ! mail pr', { kind: 'not', operand: { kind: 'presence', name: 'mail' } }],
  ])('translates %s', async (filter, expected) => {
    await query(`_queryFilter=${encodeURIComponent(filter)}`);
    expect(rest.facade.named('search')[0]?.filter).toEqual(expected);
  });

  it.each(['false', 'nothing pr', 'mail pr and false', '! true', '_id eq ""'])('answers %s with nothing and asks nobody', async (filter) => {
    rest.facade.add('bob');
    expect((await query(`_queryFilter=${encodeURIComponent(filter)}`)).body).toMatchObject({ result: [], resultCount: 0 });
    expect(rest.facade.named('search')).toEqual([]);
  });

  it('gives a failure before the first row its status', async () => {
    rest.facade.add('bob');
    rest.facade.failAfter = 0;
    expect(await query('_queryFilter=true')).toMatchObject({ status: 503, body: { detail: { connectorMessage: 'the agent is gone' } } });
  });

  it('refuses raw expressions and says no to a row that does not fit its type', async () => {
    expect((await query('_queryExpression=true')).status).toBe(403);
    rest.facade.add('bob', { mail: ['a', 'b'] });
    expect((await query('_queryFilter=true')).body).toMatchObject({ code: 500, message: expect.stringContaining('Failed to read property mail of u1') as string });
  });
});
