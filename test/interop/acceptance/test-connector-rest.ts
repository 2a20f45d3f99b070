import { describe, expect } from 'vitest';
import { EVERY_PROPERTY } from './acceptance-provisioners.js';
import type { Proofs } from './proof.js';

const ICF = 'org.identityconnectors.framework.common.exceptions';

/** What OpenIDM makes of each exception of a connector (idm-rest 3.6). */
const STATUS: readonly (readonly [string, number])[] = [
  [`${ICF}.AlreadyExistsException`, 412], [`${ICF}.ConfigurationException`, 500], [`${ICF}.ConnectionBrokenException`, 503], [`${ICF}.ConnectionFailedException`, 503],
  [`${ICF}.ConnectorException`, 500], [`${ICF}.ConnectorIOException`, 503], [`${ICF}.ConnectorSecurityException`, 500], [`${ICF}.InvalidAttributeValueException`, 400],
  [`${ICF}.InvalidCredentialException`, 401], [`${ICF}.InvalidPasswordException`, 401], [`${ICF}.OperationTimeoutException`, 503], [`${ICF}.PasswordExpiredException`, 403],
  [`${ICF}.PermissionDeniedException`, 403], [`${ICF}.PreconditionFailedException`, 412], [`${ICF}.PreconditionRequiredException`, 428], [`${ICF}.RetryableException`, 503],
  [`${ICF}.UnknownUidException`, 404], ['java.lang.IllegalArgumentException', 500], ['java.lang.IllegalStateException', 500], ['java.lang.NullPointerException', 500],
  ['java.lang.UnsupportedOperationException', 500],
];

const TYPED = {
  _id: 'typed-1', name: 'typed one', aString: ['text with ümläuts, "quotes", 😀 and\nlines'], anInteger: [-2_147_483_648, 0, 2_147_483_647],
  aLong: ['-9223372036854775808', '9007199254740993', '9223372036854775807'].map(Number), aDouble: [0.1, -1e300, 5e-324], aFloat: [0.1, -3.4e38], aBoolean: [true, false],
  aCharacter: ['a', '€'], aByte: [-128, 127], bytes: ['AAH/f4A=', ''], aBigInteger: [Number('123456789012345678901234567890')], aBigDecimal: [Number('1234567890.1234567890123456789')],
  aGuardedString: ['secret text'], someGuardedBytes: ['AQID'], aMap: { text: 'value', number: 7, list: ['a', true], map: { deep: 42 } }, withNull: ['one', null, 'three'], empty: [], nothing: null,
};

/** What neither the CSV nor the LDAP connector shows of the system API: revisions, value types, exceptions, scripts. Java only. */
export function describeTestConnector({ world, proves }: Proofs): void {
  describe('the Java test connector', () => {
    proves('get', 'test', 'values of every type have the JSON form OpenIDM gives them', async () => {
      expect(await world().ok('test/typed/typed-1')).toEqual(TYPED);
    });

    proves('update', 'test', 'values of every type can be written and read again', async () => {
      const body = { ...TYPED, aLong: [1, 4_000_000_000], aBigInteger: [12], aBigDecimal: [1.5], aGuardedString: ['new secret'], withNull: ['x'], aMap: { changed: [1, { deeply: 'y' }] } };
      const updated = await world().ok('test/typed/typed-1', { method: 'PUT', headers: { 'If-Match': '*' }, body: { ...body, someGuardedBytes: ['bytes'], name: 'typed one' } });
      expect(updated).toEqual({ ...body, someGuardedBytes: ['Ynl0ZXM='], _rev: '2' });
    });

    proves('create', 'test', 'revisions: answered, checked with If-Match and If-None-Match, and counted on', async () => {
      const { status, headers, body } = await world().send('test/account?_action=create', { method: 'POST', body: { name: 'rev', sn: 'R', mail: ['a@x', 'b@x'], age: 3, enabled: false } });
      expect({ status, etag: headers.etag, body }).toEqual({ status: 201, etag: '"1"', body: { _id: 'new-1', _rev: '1', name: 'rev', sn: 'R', mail: ['a@x', 'b@x'], age: 3, enabled: false } });
      expect(await world().send('test/account/new-1', { headers: { 'If-None-Match': '"1"' } })).toMatchObject({ status: 304 });
      const put = (revision: string, changes: object) => world().send('test/account/new-1', { method: 'PUT', headers: { 'If-Match': revision }, body: changes });
      expect(await put('"1"', { sn: 'S' })).toMatchObject({ status: 200, body: { _rev: '2', sn: 'S', age: 3 } });
      expect(await put('"1"', { sn: 'T' })).toMatchObject({ status: 412, body: { code: 412, reason: 'Precondition Failed' } });
      expect(await put('*', { age: null })).toMatchObject({ status: 200, body: { _rev: '3', age: null, sn: 'S' } });
      expect(await world().ok('test/account/new-1', { method: 'DELETE' })).toMatchObject({ _id: 'new-1', sn: 'S' });
    });

    for (const [javaClass, status] of STATUS) {
      proves('errors', 'test', `${javaClass} is ${status}`, async () => {
        const answer = await world().send(`test/account/${encodeURIComponent(`throw:${javaClass}`)}`, { method: 'DELETE' });
        expect(answer).toMatchObject({ status, body: { code: status, message: expect.stringMatching(/./) as string } });
        expect(JSON.stringify(answer.body)).not.toMatch(/\bat [\w.]+\(|\.java:\d+/); // no stack trace
      });
    }

    proves('script-on-connector', 'test', 'arguments of every JSON type reach the script, and what it answers comes back', async () => {
      const body = { text: 'é', number: 7, large: 5_000_000_000, fraction: 1.5, flag: true, none: null, list: [1, 'two', [false]], map: { deep: { er: 1 } } };
      expect(await world().ok('test?_action=script&scriptId=arguments&query=q&text=overridden', { method: 'POST', body })).toEqual({ actions: [{ result: { query: 'q', ...body } }] });
      expect(await world().ok('test?_action=script&scriptId=place', { method: 'POST' })).toEqual({ actions: [{ result: 'connector' }] });
      expect(await world().ok('test?_action=script&scriptId=null', { method: 'POST' })).toEqual({ actions: [{ result: null }] });
      expect(await world().ok('test?_action=script&scriptId=Broken', { method: 'POST' })).toEqual({ actions: [{ error: 'the connector was told to throw this' }] });
    });

    proves('script-on-resource', 'test', 'scriptExecuteMode=resource runs it on the target', async () => {
      expect(await world().ok('test?_action=script&scriptId=place&scriptExecuteMode=RESOURCE', { method: 'POST' })).toEqual({ actions: [{ result: 'resource' }] });
      expect(await world().ok('test?_action=script&scriptId=arguments&scriptExecuteMode=resource&a=1', { method: 'POST' })).toEqual({ actions: [{ result: { a: '1' } }] });
    });

    proves('validate', 'test', 'configuration properties of every type arrive as they were written', async () => {
      const { actions } = await world().ok('configured?_action=script&scriptId=configuration', { method: 'POST' }) as { actions: { result: unknown }[] };
      expect(actions[0]?.result).toEqual({ ...EVERY_PROPERTY, keyBytes: Buffer.from(EVERY_PROPERTY.keyBytes).toString('base64') });
    });

    proves('search-paged', 'test', 'pages, sorts and filters at the connector', async () => {
      const page = await world().query('test', { _queryFilter: 'age ge 25 and enabled eq true', _sortKeys: '-age', _pageSize: '2', _fields: 'name,age' });
      expect(page).toMatchObject({ result: [{ _id: 'user-000018', name: 'name-18', age: 38 }, { _id: 'user-000016', name: 'name-16', age: 36 }], pagedResultsCookie: '2' });
      const next = await world().query('test', { _queryFilter: 'age ge 25 and enabled eq true', _sortKeys: '-age', _pageSize: '9', _pagedResultsCookie: '2', _fields: 'name,age' });
      expect(next.result.map((row) => row['age'])).toEqual([34, 32, 30, 28, 26]);
      expect(next.pagedResultsCookie).toBeNull();
    });
  });
}
