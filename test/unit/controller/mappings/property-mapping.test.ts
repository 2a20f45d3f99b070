import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObject, type JsonObject, type JsonValue } from '../../../../controller/crest/json.js';
import { pointerText, valueAt } from '../../../../controller/crest/json-pointer.js';
import { changedProperties, putValue } from '../../../../controller/mappings/apply-properties.js';
import { compileMapping } from '../../../../controller/mappings/mapping.js';
import { MappingEngine } from '../../../../controller/mappings/mapping-engine.js';
import { takeChanges } from '../../../../controller/mappings/map-properties.js';
import { SETS, never, shown } from './mapping-world.js';

const key = fc.stringMatching(/^[a-z]{1,3}$/);
const pointer = fc.array(key, { minLength: 1, maxLength: 4 });
const { value: json } = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.constant(null), fc.string(), fc.integer(), fc.boolean(), fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));
const object = fc.dictionary(key, json, { maxKeys: 4, noNullPrototype: true });

describe('putting a value', () => {
  it('is found again where it was put, whatever stood on the way; the rest stays', () => {
    fc.assert(fc.property(object, pointer, json, (root, where, value) => {
      const before = structuredClone(root);
      // A word is no place in a list.
      fc.pre(where.slice(0, -1).every((_, at) => !Array.isArray(valueAt(root, where.slice(0, at + 1)))));
      putValue(root, where, value);
      expect(valueAt(root, where)).toEqual(value);
      for (const name of Object.keys(before)) if (name !== where[0]) expect(root[name]).toEqual(before[name]);
    }));
  });

  it('takes the places of a list that there are, and the next', () => {
    const root: JsonObject = { mails: [{ value: 'a' }] };
    putValue(root, ['mails', '0', 'type'], 'home');
    putValue(root, ['mails', '-', 'value'], 'b');
    expect(root).toEqual({ mails: [{ value: 'a', type: 'home' }, { value: 'b' }] });
    expect(() => { putValue(root, ['mails', '7'], 1); }).toThrow('7 is no place in a list of 2');
    expect(() => { putValue(root, ['mails', 'x', 'y'], 1); }).toThrow('x is no place');
  });

  it('never touches the prototype of objects', () => {
    const root: JsonObject = {};
    putValue(root, ['__proto__', 'polluted'], true);
    putValue(root, ['constructor', 'prototype', 'polluted'], true);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('mapping properties without scripts', () => {
  const map = async (properties: JsonValue[], source: JsonObject, target?: JsonObject): Promise<unknown> =>
    shown(await new MappingEngine(compileMapping({ ...SETS, properties }), undefined).mapProperties([{ source, target, qualifier: 'default' }], never))[0];

  it('gives what the source has, null where it has nothing, the default where that is null', async () => {
    await fc.assert(fc.asyncProperty(object, pointer, pointer, fc.option(json, { nil: undefined }), async (source, from, to, fallback) => {
      const made = await map([{ source: pointerText(from), target: pointerText(to), ...(fallback === undefined ? {} : { default: fallback }) }], source);
      expect(isObject(made as JsonValue) ? valueAt(made as JsonObject, to) : made).toEqual(valueAt(source, from) ?? fallback ?? null);
    }));
  });

  it('changes neither the source nor the target it is given', async () => {
    await fc.assert(fc.asyncProperty(object, object, pointer, async (source, target, to) => {
      const before = structuredClone([source, target]);
      await map([{ source: '', target: pointerText(to) }, { target: pointerText([...to, 'more']), default: 1 }], source, target);
      expect([source, target]).toEqual(before);
    }));
  });

  it('sends nothing of what the target has already', async () => {
    await fc.assert(fc.asyncProperty(object, pointer, pointer, async (source, from, to) => {
      const made = await map([{ source: pointerText(from), target: pointerText(to) }], source);
      expect(changedProperties(made as JsonObject, made as JsonObject)).toEqual({});
    }));
  });

  it('takes over exactly what a script has changed', () => {
    fc.assert(fc.property(object, object, (before, after) => {
      const made: JsonObject = {};
      takeChanges(made, before, structuredClone(after));
      for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) expect(name in made ? made[name] : before[name] ?? null).toEqual(after[name] ?? null);
      const none: JsonObject = {};
      takeChanges(none, before, structuredClone(before));
      expect(none).toEqual({});
    }));
  });
});
