import { readFileSync } from 'node:fs';
import type { JsonObject, JsonValue } from '../../controller/crest/json.js';
import { specificationOf } from '../contract/specification.js';

const SEED = new URL('../../../shared/seeds/004_ba1e68966c9616c1.txt', import.meta.url);

/** A piece of a provisioner file as the seed shows it. */
export interface Excerpt {
  /** Its first line in the seed, from 1. */
  readonly line: number;
  readonly content: JsonObject;
}

/**
 * JSON with the liberties of documentation: `...` for what is left out, commas before a bracket and none between members, line breaks
 * within a text, a range of versions without quotes, `{encrypted-password}` for a text.
 */
export function parseLiberally(text: string): JsonValue {
  const whole = text.replace(/^\s*\.\.\.,?\s*$/gm, '').replace(/"(?:[^"\\]|\\.)*"/gs, (string) => string.replaceAll('\n', '\\n'));
  const quoted = whole.replace(/: (\[[\d.]+,[\d.]+\))/, ': "$1"').replace(/\{(encrypted-[\w-]+)\}/g, '"$1"');
  return JSON.parse(quoted.replace(/("|\d|true|false|null|[}\]])(\s*\n\s*")/g, '$1,$2').replace(/,(\s*[}\]])/g, '$1')) as JsonValue;
}

/** The value that begins at `at`, as far as its closing bracket or quote, or the blank line where the seed forgets that. */
function valueAt(text: string, at: number): string {
  if (text[at] === '"') return /"(?:[^"\\]|\\.)*"/gs.exec(text.slice(at))?.[0] ?? '';
  let depth = 0;
  for (let end = at; end < text.length; end++) {
    if (text[end] === '{') depth++;
    if (text[end] === '}' && --depth === 0) return text.slice(at, end + 1);
    if (text.startsWith('\n\n', end)) return `${text.slice(at, end)}\n}`;
  }
  throw new Error(`The value at ${text.slice(at, at + 40)} has no end.`);
}

/** Every `"<key>": …` of the section of the seed a system's specification was made from; an excerpt that is one text is an object of that key. */
export async function excerpts(system: string, key: string): Promise<Excerpt[]> {
  const { seed: { lines: [from, to] } } = await specificationOf(system);
  const section = readFileSync(SEED, 'utf8').split('\n').slice(from - 1, to).join('\n');
  return [...section.matchAll(new RegExp(`"${key}"\\s*:\\s*(?=[{"])`, 'g'))].map(({ index, 0: head }) => {
    const value = parseLiberally(valueAt(section, index + head.length));
    return { line: from + section.slice(0, index).split('\n').length - 1, content: typeof value === 'string' ? { [key]: value } : value as JsonObject };
  });
}
