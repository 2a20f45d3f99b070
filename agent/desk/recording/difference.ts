import { isObject, jsonEquals, type JsonValue } from '../../../protocol/crest/json.js';

const LONGEST = 120;

/** The first place where two values differ, in words; undefined where they are alike. */
export function difference(asked: JsonValue | undefined, recorded: JsonValue | undefined, where = ''): string | undefined {
  if (jsonEquals(asked, recorded)) return undefined;
  for (const [name, left, right] of parts(asked, recorded, where)) {
    const found = difference(left, right, name);
    if (found !== undefined) return found;
  }
  return `${where === '' ? 'it' : where} is ${shown(asked)}, recorded is ${shown(recorded)}`;
}

/** What two values of one form are made of, side by side. */
function parts(asked: JsonValue | undefined, recorded: JsonValue | undefined, where: string): readonly (readonly [string, JsonValue | undefined, JsonValue | undefined])[] {
  if (isObject(asked) && isObject(recorded)) return [...new Set([...Object.keys(asked), ...Object.keys(recorded)])].map((key) => [where === '' ? key : `${where}.${key}`, asked[key], recorded[key]]);
  if (!Array.isArray(asked) || !Array.isArray(recorded) || asked.length !== recorded.length) return [];
  return asked.map((item, index) => [`${where}[${index}]`, item, recorded[index]]);
}

function shown(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
