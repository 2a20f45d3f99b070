import type { JsonObject, JsonValue } from '../../controller/crest/json.js';
import { parseLiberally } from './sample-excerpts.js';

/** The answer that stands below a command, as far as it can be made out. */
export interface ShownAnswer {
  readonly isArray: boolean;
  /** Of the object, or of the array's first. */
  readonly keys: readonly string[];
  /** Of the objects in `result`; undefined where there is none. */
  readonly rowKeys: readonly string[] | undefined;
  /** Undefined where the text is no JSON, with all liberties. */
  readonly content: JsonValue | undefined;
}

/** `text` begins behind the command. Undefined where no answer follows at once. */
export function shownAnswer(text: string): ShownAnswer | undefined {
  const start = /^[\s*]*(?:Response\s+)?(?=[{[])/.exec(text);
  if (start === null) return undefined;
  const shown = text.slice(start[0].length);
  const { keys, length } = keysByDepth(shown);
  const isArray = shown.startsWith('[');
  const top = [...new Set(keys.get(isArray ? 2 : 1) ?? [])];
  return { isArray, keys: top, rowKeys: top.includes('result') ? [...new Set(keys.get(3) ?? [])] : undefined, content: parsed(shown.slice(0, length)) };
}

/** Line by line: strings never go over a line's end, and forgotten quotes are not to spoil what follows them. */
function keysByDepth(text: string): { readonly keys: ReadonlyMap<number, readonly string[]>; readonly length: number } {
  const keys = new Map<number, string[]>();
  let depth = 0;
  let length = 0;
  for (const line of text.split('\n')) {
    length += line.length + 1;
    for (const { 0: token, 1: key } of line.matchAll(/"((?:[^"\\]|\\.)*)"\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
      if (key !== undefined) keys.set(depth, [...keys.get(depth) ?? [], key]);
      depth += key !== undefined || token.startsWith('"') ? 0 : '{['.includes(token) ? 1 : -1;
    }
    if (depth <= 0) break;
  }
  return { keys, length };
}

function parsed(text: string): JsonValue | undefined {
  try {
    return parseLiberally(text.slice(0, Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1));
  } catch {
    return undefined;
  }
}

/** The objects an answer shows: of a query its rows. */
export function shownObjects({ content }: ShownAnswer): readonly JsonObject[] {
  const rows = isPlain(content) && Array.isArray(content['result']) ? content['result'] : [content].flat();
  return rows.filter(isPlain);
}

function isPlain(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
