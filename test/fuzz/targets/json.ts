import { jsonEquals, parseJson, writeJson, type JsonValue } from '../../../controller/crest/json.js';
import { bytesOf, check, refusable, text, type FuzzTarget } from '../engine/target.js';
import { isPlainJson } from './plain-json.js';

/** JSON is refused exactly where JSON.parse refuses it (or for its depth), and is the same after it was written and read. */
export const target: FuzzTarget = {
  name: 'json',
  seeds: () => ['{"a":[1,2.5,-3e7,true,null,"\\u00e9\\n\\"",{"b":{}}]}', '12345678901234567890', '{"id":9007199254740993,"text":"9007199254740993","x":-9223372036854775808}', '"', '[[[[]]]]', '{"__proto__":{"a":1}}'].map(bytesOf),
  words: ['9007199254740993', '\\"', '\\\\', '__proto__', '1e400', '-0', '"'],
  bounds: { bytes: 64 * 1024 },
  run(input) {
    const given = text(input);
    const value = refusable((): { readonly json: JsonValue } => ({ json: parseJson(given) }), SyntaxError);
    const plain = refusable((): { readonly json: unknown } => ({ json: JSON.parse(given) as unknown }), SyntaxError);
    check(value === undefined || plain !== undefined, 'accepted what is no JSON');
    if (value === undefined) return;
    check(isPlainJson(value.json), 'a prototype came in by a key');
    // A double beyond 2^53 is written as the whole number it is, and read as one: equal, but not the same type.
    const written = writeJson(value.json);
    for (const indent of [0, 2]) check(writeJson(parseJson(writeJson(value.json, indent))) === written, 'another value after it was written and read');
    check(jsonEquals(value.json, parseJson(given)), 'another value when read twice');
  },
};
