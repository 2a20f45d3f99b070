import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScriptSandbox } from '../../../../connectors/engines/scripted/sandbox/index.js';
import {
  Attribute, CaseInsensitiveMap, ClassReference, ConnectorObject, CountPolicyValue, GuardedByteArray, GuardedString, IcfArray, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble,
  IcfFile, IcfFloat, IcfObject, IcfUri, Locale, Name, ObjectClassReference, QualifiedUid, Script, SortKey, Uid, type IcfValue,
} from '../../../../protocol/model/index.js';
import { around, functions, newSandbox, variables, type Sandboxed } from './sandboxed.js';

let sandbox: ScriptSandbox;
let own: Sandboxed;
beforeAll(async () => {
  sandbox = await newSandbox();
  own = around(sandbox);
}, 60_000);
afterAll(() => sandbox.close());

const MIN_LONG = -(2n ** 63n);
const MAX_LONG = 2n ** 63n - 1n;

describe('values', () => {
  it.each<[string, IcfValue, string]>([
    ['null', null, 'value === null'],
    ['text', 'ä\u0000\ud800 "quoted" \u2028', 'value === "ä\\u0000\\ud800 \\"quoted\\" \\u2028" && value.length === 14'],
    ['the largest Integer', 2_147_483_647, 'value === 2147483647'],
    ['the smallest Integer', -2_147_483_648, 'value === -2147483648'],
    ['a Long', 5n, 'value === 5n'],
    ['the largest Long', MAX_LONG, 'value === 9223372036854775807n'],
    ['the smallest Long', MIN_LONG, 'value === -9223372036854775808n'],
    ['a BigInteger beyond it', new IcfBigInteger(2n ** 64n), 'value === 2n ** 64n'],
    ['a Boolean', true, 'value === true'],
    ['a Double', new IcfDouble(0.1), 'value === 0.1'],
    ['a Double that is not a number', new IcfDouble(Number.NaN), 'Number.isNaN(value)'],
    ['an endless Double', new IcfDouble(Number.NEGATIVE_INFINITY), 'value === -Infinity'],
    ['bytes', new Uint8Array([0, 1, 127, 128, 255]), 'value instanceof Uint8Array && String(value) === "0,1,127,128,255"'],
    ['a list', [1, 'two', null, [3n]], 'Array.isArray(value) && value.length === 4'],
    ['a set', new Set<IcfValue>(['a', 1]), 'value instanceof Set && value.has("a")'],
    ['a map', new Map<IcfValue, IcfValue>([['a', 1], ['__proto__', 2]]), 'Object.keys(value).join() === "a,__proto__" && Object.getPrototypeOf(value) === Object.prototype'],
    ['a map by numbers', new Map<IcfValue, IcfValue>([[1, 'a'], [2n, 'b']]), 'value instanceof Map && value.get(2n) === "b"'],
    ['a BigDecimal', new IcfBigDecimal(-1_250n, 3), 'value.type === "bigDecimal" && `${value}` === "-1.250"'],
    ['a URI', new IcfUri('ldap://h'), 'value.value === "ldap://h"'],
    ['a File', new IcfFile('/srv/x'), 'String(value) === "/srv/x"'],
    ['a Locale', new Locale('de', 'AT'), 'value.fields.join() === "de,AT,"'],
    ['an object class', new ObjectClassReference('__GROUP__'), '`${value}` === "__GROUP__"'],
    ['a qualified uid', new QualifiedUid('__GROUP__', 'g1', 'r'), 'value.fields.length === 3'],
    ['a sort key', new SortKey('sn', false), 'value.fields[1] === false'],
    ['a script', new Script('js', '1'), 'value.fields[1] === "1"'],
    ['a class', new ClassReference('String[]'), 'value.value === "String[]"'],
    ['a count policy', new CountPolicyValue('EXACT'), 'value.value === "EXACT"'],
    ['an attribute', new Attribute('mail', ['a', 'b']), 'value.type === "attribute" && value.fields[1].length === 2'],
    ['an attribute of no list', new Attribute('mail', null), 'value.fields[1] === null'],
    ['a uid', new Uid('u1', 'r1'), 'value.value === "u1"'],
    ['a name', new Name('n1'), 'value.value === "n1"'],
  ])('in and out again unchanged: %s', async (_, value, holds) => {
    const given = variables({ value });
    expect(await own.run(`return ${holds}`, { variables: given })).toBe(true);
    expect(await own.run('return value', { variables: given })).toEqual(value);
  });

  it.each<[string, IcfValue, IcfValue]>([
    ['a Float is a number', new IcfFloat(0.5), new IcfDouble(0.5)],
    ['a whole Double too', new IcfDouble(2), 2],
    ['a Byte too', new IcfByte(-3), -3],
    ['a Character is a text', new IcfCharacter('x'), 'x'],
    ['a small BigInteger becomes a Long', new IcfBigInteger(7n), 7n],
    ['an array becomes a list', new IcfArray('String', ['a', null]), ['a', null]],
    ['a map that does not mind case becomes one that does', new CaseInsensitiveMap([['A', 1]]), new Map([['A', 1]])],
  ])('%s', async (_, value, back) => {
    expect(await own.run('return value', { variables: variables({ value }) })).toEqual(back);
  });

  it.each<[string, IcfValue]>([
    ['undefined', null], ['2147483648', 2_147_483_648n], ['-9007199254740991', -9_007_199_254_740_991n], ['2 ** 53', new IcfDouble(2 ** 53)], ['1.5', new IcfDouble(1.5)],
    ['-0', 0], ['1e300', new IcfDouble(1e300)], ['{ a: undefined, b: [,] }', new Map<IcfValue, IcfValue>([['a', null], ['b', [null]]])],
    ['new Date(0)', '1970-01-01T00:00:00.000Z'], ['new Error("x")', 'Error: x'], ['Object.create({ inherited: 1 }, {})', new Map()], ['new Uint8Array([1, 2, 3]).subarray(1)', new Uint8Array([2, 3])],
    ['new Uint8Array([9]).buffer', new Uint8Array([9])], ['icf.double(2)', new IcfDouble(2)], ['icf.float(0.1)', new IcfFloat(0.1)], ['icf.byte(-128)', new IcfByte(-128)], ['icf.character("x")', new IcfCharacter('x')],
    ['icf.bigInteger(7n)', new IcfBigInteger(7n)], ['icf.bigInteger("70")', new IcfBigInteger(70n)], ['icf.bigDecimal("1.50")', new IcfBigDecimal(150n, 2)], ['icf.uri("a:b")', new IcfUri('a:b')],
    ['icf.uid("u", "r")', new Uid('u', 'r')],
  ])('made by a script: %s', async (text, value) => {
    expect(await own.run(`return ${text}`)).toEqual(value);
  });

  it.each(['icf.byte(128)', 'icf.character("xy")', 'icf.bigDecimal("1e5")', 'icf.bigInteger("1.5")', 'icf.uid(" ")', 'icf.double("x")', 'icf.bigInteger(10n ** 1200n)', '10n ** 1200n'])('no value: %s', async (text) => {
    expect(await own.failure(`return ${text}`)).toMatchObject({ kind: 'illegalArgument', message: expect.stringMatching(/^The script gave /) as string });
  });

  it('an object of a target is plain to a script', async () => {
    const object = new ConnectorObject('__ACCOUNT__', [new Uid('u1', 'r1'), new Name('anna'), Attribute.of('mail', 'a@example.com'), new Attribute('nothing', null)]);
    expect(await own.run('return [value.uid, value.revision, value.name, value.objectClass, value.attributes.mail[0], value.attributes.nothing]', { variables: variables({ value: new IcfObject('ConnectorObject', object) }) }))
      .toEqual(['u1', 'r1', 'anna', '__ACCOUNT__', 'a@example.com', null]);
  });

  it('what no script can be handed is refused before it runs', async () => {
    const deep = [...Array(100).keys()].reduce<IcfValue>((list) => [list], 1);
    for (const value of [new IcfObject('SearchResult', { pagedResultsCookie: null, totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 }), deep, 'x'.repeat(2 ** 20)]) {
      expect(await own.failure('return 1', { variables: variables({ value }) })).toMatchObject({ kind: 'illegalArgument', outcome: 'notApplied' });
    }
  });
});

describe('secrets', () => {
  const CLEAR = 'Sesam-open-99';
  const given = () => variables({ password: new GuardedString(CLEAR), raw: new GuardedByteArray(Buffer.from('raw-Secret-1')) });

  it('are opaque: a script can pass them on, and nothing else', async () => {
    const seen: IcfValue[] = [];
    const host = functions({ set: async ([value]) => { seen.push(value ?? null); return null; } });
    expect(await own.run('await set(password); return [`${password}`, JSON.stringify({ password, raw }), Object.keys(password), typeof password.value]', { variables: given(), functions: host })).toEqual(['***', '{"password":"***","raw":"***"}', [], 'undefined']);
    expect(seen).toEqual([expect.any(GuardedString)]);
    expect((seen[0] as GuardedString).reveal()).toBe(CLEAR);
    expect((await own.run('return password', { variables: given() }) as GuardedString).reveal()).toBe(CLEAR);
    expect((await own.failure('return password.reveal()', { variables: given() })).message).toMatch(/was not granted the clear text/);
  });

  it('are revealed where that is granted, and taken out of its log and errors all the same', async () => {
    const { run, failure, log } = around(sandbox);
    expect(await run('return [await password.reveal() === "Sesam-open-99", (await raw.reveal()).length]', { variables: given(), reveals: true })).toEqual([true, 12]);
    const error = await failure('const clear = await password.reveal(); log.info(clear); throw new Error("wrong: " + clear)', { variables: given(), reveals: true });
    expect(error.message).toBe('The script failed in line 1: wrong: ***');
    expect(JSON.stringify(log.entries)).not.toContain(CLEAR);
  });

  it('are taken out of what is cut as well: no part of one is left at its end', async () => {
    const { run, failure, log } = around(sandbox);
    const long = 'const clear = "x".repeat(1990) + await password.reveal();';
    expect((await failure(`${long} throw new Error(clear)`, { variables: given(), reveals: true })).message).toMatch(/: x{1990}\*{3}$/);
    await run(`${long} log.info(clear)`, { variables: given(), reveals: true });
    expect(log.entries.filter(({ fields }) => fields['script'] !== undefined)).toMatchObject([{ fields: { script: `${'x'.repeat(1990)}***` } }]);
  });

  it('can be made, and are secrets from then on', async () => {
    const { run, failure, log } = around(sandbox);
    expect((await run('return icf.secret("made-Here-7")') as GuardedString).reveal()).toBe('made-Here-7');
    const host = functions({ use: async () => null });
    expect((await failure('await use(icf.secret("made-Here-7")); log.warn("made-Here-7"); throw new Error("made-Here-7")', { functions: host })).message).toMatch(/: \*\*\*$/);
    expect(JSON.stringify(log.entries)).not.toContain('made-Here-7');
  });
});
