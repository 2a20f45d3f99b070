import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageCookie, parsePageCookie } from '../../../../connectors/engines/rest/page-cookie.js';
import { textAt, valueAt, withValueAt, withoutValueAt, type Json } from '../../../../connectors/engines/rest/json.js';
import { icfValue, jsonValue } from '../../../../connectors/engines/rest/json-values.js';
import { KeptValues } from '../../../../connectors/engines/rest/kept-values.js';
import { GuardedString, IcfDouble, IcfUri } from '../../../../protocol/model/index.js';
import { ManualTimers } from '../../../support/manual-timers.js';

describe('JSON', () => {
  it('is read by path, of its own members only', () => {
    const value: Json = { name: { given: 'Ann' }, phones: [{ n: '1' }, { n: 2 }], empty: '' };
    expect([valueAt(value, 'name.given'), valueAt(value, 'phones.1.n'), valueAt(value, ''), valueAt(value, 'name.given.length'), valueAt(value, 'constructor'), valueAt(value, 'x.y')])
      .toEqual(['Ann', 2, value, undefined, undefined, undefined]);
    expect([textAt(value, 'phones.1.n'), textAt(value, 'empty'), textAt(value, 'name')]).toEqual(['2', undefined, undefined]);
  });

  it('is written by path beside what is there, also under names objects have by birth', () => {
    expect(withValueAt({ name: { given: 'Ann' } }, 'name.family', 'Lee')).toEqual({ name: { given: 'Ann', family: 'Lee' } });
    expect(withValueAt({ name: 'Ann' }, 'name.family', 'Lee')).toEqual({ name: { family: 'Lee' } });
    expect(JSON.stringify(withValueAt({}, 'constructor.name', 1))).toBe('{"constructor":{"name":1}}');
  });

  it('is read, written and left out under names that hold dots', () => {
    const path = '"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User".manager.value';
    const written = withValueAt({ id: '1' }, path, '26118915');
    expect(written).toEqual({ id: '1', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { manager: { value: '26118915' } } });
    expect(valueAt(written, path)).toBe('26118915');
    expect(withoutValueAt(written, path)).toEqual({ id: '1', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { manager: {} } });
    expect(withoutValueAt({ a: { b: 1 }, c: 2 }, 'a.x.y')).toEqual({ a: { b: 1 }, c: 2 });
  });

  it('becomes the types Java would have, and the same JSON again', () => {
    expect(icfValue({ i: 2_147_483_647, l: 2_147_483_648, d: 1.5, b: true, n: null, a: [1, 'x'] }))
      .toEqual(new Map<string, unknown>([['i', 2_147_483_647], ['l', 2_147_483_648n], ['d', new IcfDouble(1.5)], ['b', true], ['n', null], ['a', [1, 'x']]]));
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const json = JSON.parse(JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'number' && !Number.isSafeInteger(inner) && Number.isInteger(inner) ? 0 : inner))) as Json;
      expect(jsonValue(icfValue(json))).toEqual(json);
    }));
  });

  it('takes a number beyond a double\'s exactness as text, and no value without a form', () => {
    expect(jsonValue(9_007_199_254_740_993n)).toBe('9007199254740993');
    expect(jsonValue(new GuardedString('s'))).toBe('s');
    expect(() => jsonValue(new IcfUri('x:'))).toThrow(TypeError);
  });
});

describe('a place within pages', () => {
  it('survives as a cookie', () => {
    for (const place of [{ at: undefined, size: 10, skip: 3 }, { at: 'marker', size: 1, skip: 0 }, { at: 20, size: 5, skip: 4 }]) expect(parsePageCookie(pageCookie(place))).toEqual(place);
    expect(parsePageCookie(undefined)).toBeUndefined();
  });

  it.each(['', 'x', '{}', '[1]', '["a",0,0]', '["a",10,-1]', '["a",10,0,1]', '[[],10,0]'])('is refused as %s', (cookie) => {
    expect(() => parsePageCookie(cookie)).toThrow(expect.objectContaining({ kind: 'illegalArgument' }));
  });
});

describe('values that are kept', () => {
  it('are made once for all who ask, anew after their time, and not kept after a failure', async () => {
    const clock = new ManualTimers();
    const kept = new KeptValues(clock, new AbortController().signal);
    let made = 0;
    const get = (make = async () => ++made) => kept.get('x', 1_000, make, new AbortController().signal);
    expect(await Promise.all([get(), get()])).toEqual([1, 1]);
    await clock.advance(999);
    expect(await get()).toBe(1);
    await clock.advance(1);
    await expect(get(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await get()).toBe(2);
  });

  it('outlive a caller who leaves', async () => {
    const kept = new KeptValues(new ManualTimers(), new AbortController().signal);
    const leaving = new AbortController();
    let finish: (value: number) => void = () => undefined;
    const made = new Promise<number>((resolve) => { finish = resolve; });
    const [first, second] = [kept.get('x', 1_000, () => made, leaving.signal), kept.get('x', 1_000, () => made, new AbortController().signal)];
    leaving.abort(new Error('left'));
    await expect(first).rejects.toThrow('left');
    finish(7);
    expect(await second).toBe(7);
  });
});
