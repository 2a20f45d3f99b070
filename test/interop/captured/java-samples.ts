import { javaBoolean, javaBytes, javaGuarded, javaInteger, javaLong, type JavaAttributes, type JavaFilter, type JavaOptions, type JavaValue } from '../support/java-values.js';

/** Values, filters and options of every kind the Java framework can send. */

const scalar = (type: 'Double' | 'Float' | 'Byte' | 'BigInteger' | 'BigDecimal' | 'Character' | 'URI' | 'File', value: string): JavaValue => ({ type, value });
const guardedBytes: JavaValue = { type: 'GuardedByteArray', value: Buffer.from([0, 1, 255]).toString('base64') };

/** Every type an attribute value can have. */
export const ATTRIBUTE_VALUES: Readonly<Record<string, JavaValue>> = {
  aString: 'text with ümläuts, "quotes", 😀 and\nlines', emptyString: '', anInteger: javaInteger(-2_147_483_648), aLong: javaLong(9_007_199_254_740_993n),
  aDouble: scalar('Double', '0.1'), notANumber: scalar('Double', 'NaN'), infinite: scalar('Double', '-Infinity'), aFloat: scalar('Float', '3.4E38'),
  aBoolean: javaBoolean(true), aCharacter: scalar('Character', '€'), aByte: scalar('Byte', '-128'), bytes: javaBytes(Buffer.from([0, 1, 127, 128, 255])), noBytes: javaBytes(Buffer.alloc(0)),
  aBigInteger: scalar('BigInteger', '-123456789012345678901234567890'), aBigDecimal: scalar('BigDecimal', '1E+400'), smallDecimal: scalar('BigDecimal', '0.000'),
  aGuardedString: javaGuarded('geheim €'), emptyGuarded: javaGuarded(''), guardedBytes,
  aMap: { type: 'Map', entries: [['text', 'value'], ['number', javaInteger(7)], ['list', { type: 'List', items: ['a', javaBoolean(false), null] }], ['map', { type: 'Map', entries: [['deep', javaLong(42)]] }]] },
  smallMap: { type: 'Map', entries: [['only', null]] }, emptyMap: { type: 'Map', entries: [] },
};

/** An object with an attribute of every type, one without value, one with an empty list, one with null among its values. */
export function everyAttribute(name: string): JavaAttributes {
  return [
    { name: '__NAME__', values: [name] }, { name: '__PASSWORD__', values: [javaGuarded('Passw0rd')] }, { name: '__ENABLE__', values: [javaBoolean(true)] },
    ...Object.entries(ATTRIBUTE_VALUES).map(([attribute, value]) => ({ name: attribute, values: [value] })),
    { name: 'several', values: ['one', null, 'three', javaInteger(4)] }, { name: 'empty', values: [] }, { name: 'nothing', values: null },
  ];
}

const equals = (attribute: string, ...values: JavaValue[]): JavaFilter => ({ type: 'equals', attribute, values });
const text = (type: 'contains' | 'startsWith' | 'endsWith', value: string, attribute = 'givenName'): JavaFilter => ({ type, attribute, value });
const compare = (type: 'greaterThan' | 'greaterThanOrEqual' | 'lessThan' | 'lessThanOrEqual', value: JavaValue): JavaFilter => ({ type, attribute: 'age', value });

/** Every kind of filter, on `__UID__` and `__NAME__` too, nested in all ways, and `equals` with every type of value. */
export const FILTERS: readonly JavaFilter[] = [
  equals('__UID__', 'user-000003'), equals('__NAME__', 'name-3'), equals('mail', 'user3@example.com', 'alias3@example.com'), equals('nothing'),
  ...Object.entries(ATTRIBUTE_VALUES).map(([attribute, value]) => equals(attribute, value)),
  { type: 'containsAllValues', attribute: 'mail', values: ['alias3@example.com', 'user3@example.com'] }, { type: 'containsAllValues', attribute: '__NAME__', values: ['name-3'] },
  text('contains', 'iven3'), text('startsWith', 'Given'), text('endsWith', '3'), text('contains', 'e-3', '__NAME__'),
  compare('greaterThan', javaInteger(70)), compare('greaterThanOrEqual', javaInteger(79)), compare('lessThan', javaInteger(21)), compare('lessThanOrEqual', javaLong(20)),
  { type: 'presence', attribute: 'age' }, { type: 'extended', operator: 'soundsLike', attribute: 'sn', values: ['Family'] },
  { type: 'not', filter: { type: 'not', filter: text('startsWith', 'x') } },
  { type: 'and', filters: [text('startsWith', 'Given'), { type: 'or', filters: [compare('lessThan', javaInteger(25)), compare('greaterThan', javaInteger(75))] }, { type: 'not', filter: text('endsWith', '7') }] },
  { type: 'or', filters: Array.from({ length: 40 }, (_, number) => equals('__NAME__', `name-${number}`)) },
  { type: 'and', filters: [{ type: 'and', filters: [text('contains', 'a'), text('contains', 'b')] }, { type: 'and', filters: [text('contains', 'c'), text('contains', 'd')] }] },
];

/** Options with every type of value that an option can have. */
export const EVERY_OPTION: JavaOptions = {
  attributesToGet: ['sn', 'givenName', '__UID__'], pageSize: 3, pagedResultsOffset: 1, sortKeys: [{ field: 'sn', ascending: true }, { field: '__NAME__', ascending: false }],
  scope: 'subtree', container: { objectClass: '__GROUP__', uid: 'container-1' }, runAsUser: 'somebody', runWithPassword: 'Passw0rd',
  custom: {
    text: 'ü', nothing: null, integer: javaInteger(1), long: javaLong(2), yes: javaBoolean(true), double: scalar('Double', '1.5'), float: scalar('Float', '0.1'), character: scalar('Character', 'x'),
    uri: scalar('URI', 'ldap://example.com/dc=x?a'), file: scalar('File', '/tmp/a b'), guarded: javaGuarded('secret'), guardedBytes, objectClass: { type: 'ObjectClass', value: '__GROUP__' },
    uid: { type: 'Uid', value: 'u1', revision: 'r1' }, script: { type: 'Script', language: 'echo', text: 'x' }, sortKey: { type: 'SortKey', field: 'sn', ascending: false },
    texts: { type: 'Array', component: 'String', items: ['a', null, ''] }, none: { type: 'Array', component: 'String', items: [] }, ints: { type: 'Array', component: 'int', items: [javaInteger(1), javaInteger(2)] },
    longs: { type: 'Array', component: 'Long', items: [javaLong(1), null] },
  },
};

/** Each option alone: a Map of one entry has one order only, so these streams are canonical. */
export const SINGLE_OPTIONS: readonly JavaOptions[] = [
  {}, { attributesToGet: ['sn'] }, { attributesToGet: [] }, { pageSize: 5 }, { pagedResultsCookie: '5' }, { pagedResultsOffset: 2 }, { sortKeys: [{ field: 'sn', ascending: false }] }, { scope: 'onelevel' },
  { container: { objectClass: 'typed', uid: 'c' } }, { runAsUser: 'x' }, { runWithPassword: 'y' },
  ...Object.entries(EVERY_OPTION.custom ?? {}).map(([name, value]) => ({ custom: { [name]: value } })),
];

/** Every exception class of the framework and others that leave connectors. */
export const EXCEPTIONS: readonly string[] = [
  ...[
    'ConnectorException', 'AlreadyExistsException', 'ConfigurationException', 'ConnectorIOException', 'ConnectionBrokenException', 'ConnectionFailedException',
    'ConnectorSecurityException', 'InvalidCredentialException', 'InvalidPasswordException', 'PasswordExpiredException', 'UnknownUidException', 'PermissionDeniedException',
    'InvalidAttributeValueException', 'OperationTimeoutException', 'PreconditionFailedException', 'PreconditionRequiredException', 'RetryableException',
  ].map((name) => `org.identityconnectors.framework.common.exceptions.${name}`),
  'java.lang.UnsupportedOperationException', 'java.lang.IllegalArgumentException', 'java.lang.IllegalStateException', 'java.lang.NullPointerException', 'java.util.ConcurrentModificationException',
];
