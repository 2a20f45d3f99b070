import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Attribute, ConnectorObject, GuardedByteArray, GuardedString, IcfArray, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, IcfFile, IcfFloat, IcfUri, Name, QualifiedUid, Script, Uid,
  type IcfValue, type SyncDelta,
} from '../../../protocol/model/index.js';
import { valuesOf, type JavaValue } from '../support/java-values.js';
import { startMemoryWorld, type MemoryWorld } from './support/memory-agent.js';
import { provenOn } from './support/proven.js';

const ACCOUNT = '__ACCOUNT__';
const proven = provenOn('test');
const base64 = (bytes: readonly number[]): string => Buffer.from(bytes).toString('base64');
const all256 = Array.from({ length: 256 }, (_, index) => index);

/** Java's value, and what the connector has to get of it. */
const VALUES: readonly (readonly [string, JavaValue, IcfValue])[] = [
  ['String', 'plain', 'plain'],
  ['String: empty', '', ''],
  ['String: of every plane', 'aß€東🐈\u0000\u0001\u{10ffff}', 'aß€東🐈\u0000\u0001\u{10ffff}'],
  ['String: line ends and quotes', 'a\r\nb\n"c"\t', 'a\r\nb\n"c"\t'],
  ['Integer', { type: 'Integer', value: '42' }, 42],
  ['Integer: least', { type: 'Integer', value: '-2147483648' }, -2147483648],
  ['Integer: greatest', { type: 'Integer', value: '2147483647' }, 2147483647],
  ['Long', { type: 'Long', value: '42' }, 42n],
  ['Long: least', { type: 'Long', value: '-9223372036854775808' }, -9223372036854775808n],
  ['Long: greatest', { type: 'Long', value: '9223372036854775807' }, 9223372036854775807n],
  ['Boolean: true', { type: 'Boolean', value: true }, true],
  ['Boolean: false', { type: 'Boolean', value: false }, false],
  ['Double', { type: 'Double', value: '0.1' }, new IcfDouble(0.1)],
  ['Double: least above zero', { type: 'Double', value: '4.9E-324' }, new IcfDouble(5e-324)],
  ['Double: not a number', { type: 'Double', value: 'NaN' }, new IcfDouble(Number.NaN)],
  ['Double: minus infinity', { type: 'Double', value: '-Infinity' }, new IcfDouble(-Infinity)],
  ['Double: minus zero', { type: 'Double', value: '-0.0' }, new IcfDouble(-0)],
  ['Float', { type: 'Float', value: '1.5' }, new IcfFloat(1.5)],
  ['Float: greatest', { type: 'Float', value: '3.4028235E38' }, new IcfFloat(3.4028234663852886e38)],
  ['Byte: least', { type: 'Byte', value: '-128' }, new IcfByte(-128)],
  ['Byte: greatest', { type: 'Byte', value: '127' }, new IcfByte(127)],
  ['Character', { type: 'Character', value: 'ß' }, new IcfCharacter('ß')],
  ['BigInteger', { type: 'BigInteger', value: '-123456789012345678901234567890' }, new IcfBigInteger(-123456789012345678901234567890n)],
  ['BigInteger: zero', { type: 'BigInteger', value: '0' }, new IcfBigInteger(0n)],
  ['BigDecimal', { type: 'BigDecimal', value: '-12345678901234567890.0123456789' }, new IcfBigDecimal(-123456789012345678900123456789n, 10)],
  ['BigDecimal: trailing zeros count', { type: 'BigDecimal', value: '1.00' }, new IcfBigDecimal(100n, 2)],
  ['byte[]', { type: 'ByteArray', value: base64(all256) }, Uint8Array.from(all256)],
  ['byte[]: empty', { type: 'ByteArray', value: '' }, new Uint8Array()],
  ['GuardedString', { type: 'GuardedString', value: 'geheim ß 🐈' }, new GuardedString('geheim ß 🐈')],
  ['GuardedString: empty', { type: 'GuardedString', value: '' }, new GuardedString('')],
  ['GuardedByteArray', { type: 'GuardedByteArray', value: base64(all256) }, new GuardedByteArray(Uint8Array.from(all256))],
  ['Map', { type: 'Map', entries: [['text', 'x'], ['number', { type: 'Integer', value: '1' }]] }, new Map<IcfValue, IcfValue>([['text', 'x'], ['number', 1]])],
  ['Map: empty', { type: 'Map', entries: [] }, new Map()],
  ['Map: nested, with lists and nulls', {
    type: 'Map', entries: [['list', { type: 'List', items: ['a', { type: 'Long', value: '2' }] }], ['map', { type: 'Map', entries: [['bytes', { type: 'ByteArray', value: 'AQI=' }]] }], ['nothing', null]],
  }, new Map<IcfValue, IcfValue>([['list', ['a', 2n]], ['map', new Map<IcfValue, IcfValue>([['bytes', Uint8Array.of(1, 2)]])], ['nothing', null]])],
];

/** Guarded values show nothing of themselves, so they are opened before they are compared. */
function opened(value: IcfValue | undefined): unknown {
  if (value instanceof GuardedString || value instanceof GuardedByteArray) return { guarded: value.constructor.name, clear: value.reveal() };
  return value;
}

/** Entries of a Java map come in the order of its hashes. */
function sorted(value: JavaValue | undefined): unknown {
  if (value === null || typeof value !== 'object' || value.type !== 'Map') return value;
  return { ...value, entries: value.entries.map(([key, item]) => [key, sorted(item)]).sort((a, b) => String(a[0]).localeCompare(String(b[0]))) };
}

let world: MemoryWorld;
let scripted: { arguments: ReadonlyMap<string, IcfValue>; options: ReadonlyMap<string, IcfValue> } | undefined;
let scriptResult: IcfValue = null;
let token: IcfValue = null;
let given: IcfValue | undefined;
let updated: Uid | undefined;
let deltas: readonly SyncDelta[] = [];

beforeAll(async () => {
  world = await startMemoryWorld({
    connector: {
      operations: {
        scriptOnConnector: async (_, { scriptArguments, options }) => {
          scripted = { arguments: scriptArguments, options: options.entries };
          return scriptResult;
        },
        update: async (_, { uid }) => {
          updated = uid;
          return new Uid(uid.value, 'r-8');
        },
        latestSyncToken: async () => ({ value: token }),
        async* sync(_, request) {
          given = request.token?.value;
          yield* deltas;
          return { value: token };
        },
      },
    },
  });
});
afterAll(() => world.stop());

describe('values of attributes, Java -> connector -> Java', () => {
  it.each(VALUES)('%s', (_title, java, icf) => proven('create', async () => {
    const uid = await world.facade.create(ACCOUNT, { __NAME__: `n${Math.random()}`, value: [java] });
    const held = world.target.objects.get(uid.uid)?.get('value')?.values;
    expect(held).toHaveLength(1);
    expect(opened(held?.[0])).toEqual(opened(icf));
    expect(held?.[0]?.constructor).toBe(icf?.constructor);
    const back = await proven('get', () => world.facade.get(ACCOUNT, uid));
    expect(valuesOf(back!, 'value')?.map(sorted)).toEqual([sorted(java)]);
  }));

  it('all of them in one attribute, in their order', async () => {
    const values = VALUES.map(([, java]) => java);
    const uid = await world.facade.create(ACCOUNT, { __NAME__: 'all', value: values });
    expect(valuesOf((await world.facade.get(ACCOUNT, uid))!, 'value')?.map(sorted)).toEqual(values.map(sorted));
  });

  it('no list of values, an empty list and a list of nothing stay three things', async () => {
    const uid = await world.facade.create(ACCOUNT, [{ name: '__NAME__', values: ['lists'] }, { name: 'none', values: null }, { name: 'empty', values: [] }, { name: 'nothing', values: [null, 'x', null] }]);
    const held = world.target.objects.get(uid.uid);
    expect(held?.get('none')?.values).toBeNull();
    expect(held?.get('empty')?.values).toEqual([]);
    expect(held?.get('nothing')?.values).toEqual([null, 'x', null]);
    const back = await world.facade.get(ACCOUNT, uid);
    expect(valuesOf(back!, 'none')).toBeNull();
    expect(valuesOf(back!, 'empty')).toEqual([]);
    expect(valuesOf(back!, 'nothing')).toEqual([null, 'x', null]);
  });

  it('names of attributes keep their spelling, Unicode included', async () => {
    const uid = await world.facade.create(ACCOUNT, { __NAME__: 'names', 'größe in m²': '2', MixedCase: 'x', 'a;lang-fr': 'y' });
    expect((await world.facade.get(ACCOUNT, uid))?.attributes.map(({ name }) => name).sort()).toEqual(['MixedCase', 'a;lang-fr', 'größe in m²']);
  });

  it('revisions of uids travel both ways', async () => {
    expect(await world.facade.update(ACCOUNT, { uid: 'revised', revision: 'r-7' }, { mail: 'x' })).toEqual({ uid: 'revised', revision: 'r-8' });
    expect(updated).toMatchObject({ value: 'revised', revision: 'r-7' });
    await world.facade.update(ACCOUNT, 'revised', { mail: 'x' });
    expect(updated?.revision).toBeUndefined();
  });

  it('a value of one MiB, text and bytes', () => proven('create', async () => {
    const text = 'Ünïcödé 🐈 '.repeat(100_000).slice(0, 1_048_576);
    const bytes = Buffer.alloc(1_048_576, 0).map((_, index) => (index * 7) & 0xff);
    const uid = await world.facade.create(ACCOUNT, { __NAME__: 'large', text, bytes: { type: 'ByteArray', value: Buffer.from(bytes).toString('base64') } });
    expect(world.target.objects.get(uid.uid)?.get('text')?.single).toBe(text);
    const back = await world.facade.get(ACCOUNT, uid);
    expect(valuesOf(back!, 'text')).toEqual([text]);
    expect(valuesOf(back!, 'bytes')).toEqual([{ type: 'ByteArray', value: Buffer.from(bytes).toString('base64') }]);
  }));

  it('an attribute of 10,000 values, and an object of 1,000 attributes', async () => {
    const values = Array.from({ length: 10_000 }, (_, index) => `value ${index}`);
    const attributes = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`attribute${index}`, `v${index}`]));
    const uid = await world.facade.create(ACCOUNT, { __NAME__: 'wide', many: values, ...attributes });
    const back = await world.facade.get(ACCOUNT, uid);
    expect(valuesOf(back!, 'many')).toEqual(values);
    expect(back?.attributes).toHaveLength(1_001);
    expect(valuesOf(back!, 'attribute999')).toEqual(['v999']);
  });
});

describe('values elsewhere', () => {
  const MORE: readonly (readonly [string, JavaValue, IcfValue])[] = [
    ['URI', { type: 'URI', value: 'urn:x:y' }, new IcfUri('urn:x:y')],
    ['File', { type: 'File', value: '/tmp/ä b' }, new IcfFile('/tmp/ä b')],
    ['String[]', { type: 'Array', component: 'String', items: ['a', 'b'] }, new IcfArray('String', ['a', 'b'])],
    ['Script', { type: 'Script', language: 'JavaScript', text: '1 + 1' }, new Script('JavaScript', '1 + 1')],
    ['QualifiedUid', { type: 'QualifiedUid', objectClass: ACCOUNT, uid: 'x' }, new QualifiedUid(ACCOUNT, 'x')],
  ];
  const SIMPLE = VALUES.filter(([, java]) => java === null || typeof java === 'string' || java.type !== 'Map');

  it.each([...VALUES, ...MORE])('script argument and result: %s', (_title, java, icf) => proven('script-on-connector', async () => {
    scriptResult = icf;
    const result = await world.facade.scriptOnConnector({ language: 'JavaScript', text: 'whatever', arguments: { value: java } });
    expect(opened(scripted?.arguments.get('value'))).toEqual(opened(icf));
    expect(sorted(result)).toEqual(sorted(java));
  }));

  it('script result: nothing, a list, a set', async () => {
    for (const [icf, java] of [[null, null], [['a', 1], { type: 'List', items: ['a', { type: 'Integer', value: '1' }] }], [new Set<IcfValue>(['a']), { type: 'Set', items: ['a'] }]] as const) {
      scriptResult = icf as IcfValue;
      expect(await world.facade.scriptOnConnector({ language: 'JavaScript', text: 'x' })).toEqual(java);
    }
  });

  it.each(SIMPLE)('sync token: %s', (_title, java, icf) => proven('latest-sync-token', async () => {
    token = icf;
    expect(await world.facade.latestSyncToken(ACCOUNT)).toEqual(java);
    const { token: next } = await proven('sync', () => world.facade.sync(ACCOUNT, java));
    expect(opened(given)).toEqual(opened(icf));
    expect(next).toEqual(java);
  }));

  it('deltas: every kind, a previous uid, an object class of its own; no token at all means from the beginning', () => proven('sync', async () => {
    const object = new ConnectorObject('printer', [new Uid('new', 'r1'), new Name('n'), Attribute.of('pages', 7)]);
    const common = { uid: object.uid, objectClass: 'printer' };
    deltas = [
      { kind: 'CREATE', token: { value: 1 }, ...common, object }, { kind: 'UPDATE', token: { value: 2n }, ...common, object, previousUid: new Uid('old') },
      { kind: 'CREATE_OR_UPDATE', token: { value: 'three' }, ...common, object }, { kind: 'DELETE', token: { value: new IcfDouble(4.5) }, uid: new Uid('gone'), objectClass: 'printer' },
    ];
    token = 'end';
    const answer = await world.facade.sync(ACCOUNT, null);
    expect(given).toBeUndefined();
    const java = { objectClass: 'printer', uid: 'new', revision: 'r1', name: 'n', attributes: [{ name: 'pages', values: [{ type: 'Integer', value: '7' }] }] };
    expect(answer.deltas).toMatchObject([
      { deltaType: 'CREATE', token: { type: 'Integer', value: '1' }, uid: 'new', revision: 'r1', objectClass: 'printer', object: java },
      { deltaType: 'UPDATE', token: { type: 'Long', value: '2' }, previousUid: 'old', object: java },
      { deltaType: 'CREATE_OR_UPDATE', token: 'three', object: java },
      { deltaType: 'DELETE', token: { type: 'Double', value: '4.5' }, uid: 'gone', objectClass: 'printer', object: null },
    ]);
    expect(answer.token).toBe('end');
    deltas = [];
  }));

  it('options: every type an option can have, and the standard ones, reach the connector as they were sent', async () => {
    const custom: Record<string, JavaValue> = Object.fromEntries([...SIMPLE, ...MORE]
      .filter(([, java]) => typeof java !== 'object' || (java !== null && !['Byte', 'ByteArray', 'BigInteger', 'BigDecimal'].includes(java.type)))
      .map(([title, java]) => [title, java]));
    await world.facade.search(ACCOUNT, null, {
      options: { custom, attributesToGet: ['mail'], sortKeys: [{ field: 'mail', ascending: false }], scope: 'onelevel', container: { objectClass: 'organizationalUnit', uid: 'ou' }, runAsUser: 'ann', runWithPassword: 'pw' },
    });
    const options = world.target.searches.at(-1)!.options;
    for (const [title, , icf] of [...SIMPLE, ...MORE]) if (title in custom) expect(opened(options.entries.get(title)), title).toEqual(opened(icf));
    expect(options.scope).toBe('onelevel');
    expect(options.container).toEqual(new QualifiedUid('organizationalUnit', 'ou'));
    expect(options.runAsUser).toBe('ann');
    expect(options.runWithPassword?.reveal()).toBe('pw');
    expect(options.attributesToGet).toEqual(['mail']);
    // Sorting was done for the connector, so it is not asked for it.
    expect(options.sortKeys).toEqual([]);
  });

  it('filters: values of all comparable types', () => proven('search', async () => {
    const comparable = VALUES.filter(([title]) => /^(Integer|Long|Boolean|Double|Float|Byte|Character|BigInteger|BigDecimal)$/.test(title));
    for (const [title, java, icf] of comparable) {
      world.target.put(`filter-${title}`, [new Attribute('mark', [title]), Attribute.of('compared', icf)]);
      const { objects } = await world.facade.search(ACCOUNT, { type: 'and', filters: [{ type: 'equals', attribute: 'mark', values: [title] }, { type: 'equals', attribute: 'compared', values: [java] }] });
      expect(objects.map(({ uid }) => uid), title).toEqual([`filter-${title}`]);
    }
  }));
});
