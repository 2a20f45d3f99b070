import { bench, describe } from 'vitest';
import { decodeResponse, encodeStreamItem } from '../../protocol/codec/index.js';
import { decodeFrame } from '../../protocol/frame.js';
import { Attribute, ConnectorObject, Name, Uid } from '../../protocol/model/index.js';

/**
 * Search results per second, from object to frame and back, beside what JSON does with the same data in the same run.
 *     npx vitest bench --run --project unit test/bench/codec.bench.ts
 */
const values: readonly (readonly [string, readonly (string | boolean | bigint)[]])[] = [
  ['givenName', ['Barbara']], ['sn', ['Jensen']], ['cn', ['Barbara Jensen', 'Babs Jensen']], ['mail', ['bjensen@example.com']],
  ['telephoneNumber', ['+1 408 555 1862']], ['employeeNumber', ['100472']], ['departmentNumber', ['8816']], ['title', ['Product Manager']],
  ['manager', ['uid=scarter,ou=People,dc=example,dc=com']], ['l', ['Grenoble']], ['objectClass', ['top', 'person', 'organizationalPerson', 'inetOrgPerson']],
  ['memberOf', ['cn=staff,ou=Groups,dc=example,dc=com', 'cn=pm,ou=Groups,dc=example,dc=com']], ['__ENABLE__', [true]], ['__LAST_LOGIN_DATE__', [1_730_000_000_000n]],
  ['description', ['Responsible for the directory products, Grenöble site']],
];
const object = new ConnectorObject('__ACCOUNT__', [
  new Uid('d3b7c1e0-5b7a-4a64-9d4f-0d5c2a3b6f10'), new Name('uid=bjensen,ou=People,dc=example,dc=com'),
  ...values.map(([name, list]) => new Attribute(name, list)),
]);
const frame = encodeStreamItem(1, 'search', object, 1);

const data = { objectClass: '__ACCOUNT__', attributes: object.attributes.map(({ name, values: list }) => ({ name, values: list?.map((value) => (typeof value === 'bigint' ? Number(value) : value)) })) };
const json = Buffer.from(JSON.stringify(data));

describe(`one search result of 15 attributes, ${frame.length} bytes (JSON: ${json.length})`, () => {
  bench('encode the frame', () => { encodeStreamItem(1, 'search', object, 1); });
  bench('JSON.stringify to bytes', () => { Buffer.from(JSON.stringify(data)); });
});

describe('back', () => {
  bench('decode the frame', () => {
    const message = decodeFrame(frame);
    if (message.kind !== 'operationResponse') throw new Error(message.kind);
    decodeResponse('search', message.response);
  });
  bench('JSON.parse from bytes', () => { JSON.parse(json.toString()); });
});
