import { ConnectorError } from '../../../protocol/model/index.js';
import type { StreamedAnswer } from './answer-body.js';
import { badJson, checkJsonHead, decoderFor, describedAnswer, outcomeAfter, type AnswerPlace } from './json-answer.js';
import { JsonItemParser } from './json-item-parser.js';
import { isObject, stepsOf, valueAt } from './json-path.js';
import { parseJson, type JsonValue } from './json-text.js';

/** Characters. Up to here JSON.parse takes the answer at once: 5 times as fast as token by token. */
const SMALL = 1024 ** 2;

interface Options {
  /** Services leave the array out, or have null in its place, when there is nothing in it. @default false */
  readonly mayBeMissing?: boolean | undefined;
}

/**
 * The elements of the array at `path` (`entries`, `data.items`, '' for the root) in chunks, while the answer arrives; of a large answer
 * no more is held than its elements in one part of it, and what stands beside the array. That is the return value: the answer with an
 * empty array in the place. Throws a ConnectorError, after the elements that came before, where the answer breaks off, is no JSON, or
 * has no such array. Whole numbers beyond 2^53 are bigints.
 */
export async function* jsonItems(answer: StreamedAnswer, path: string, place: AnswerPlace, { mayBeMissing = false }: Options = {}): AsyncGenerator<readonly JsonValue[], JsonValue, void> {
  const steps = stepsOf(path);
  const isFound = (found: boolean): void => {
    if (!found && !mayBeMissing) throw new ConnectorError('connector', `${describedAnswer(place, answer)} without the list '${path}' that is expected in it.`, { outcome: outcomeAfter(place, answer.status) });
  };
  try {
    checkJsonHead(answer, place);
    const decoder = decoderFor(answer, place);
    let parser: JsonItemParser | undefined;
    let text = '';
    for await (const part of answer.body) {
      text += decoder.decode(part, { stream: true });
      if (parser === undefined && text.length < SMALL) continue;
      parser ??= new JsonItemParser(steps);
      parser.write(text);
      text = '';
      const items = parser.take();
      if (items.length > 0) yield items;
    }
    text += decoder.decode();
    if (parser === undefined) {
      const { items, rest } = split(parseJson(text), path);
      isFound(items !== undefined);
      if (items !== undefined && items.length > 0) yield items;
      return rest;
    }
    parser.write(text);
    const rest = parser.end();
    isFound(parser.hasFound);
    const items = parser.take();
    if (items.length > 0) yield items;
    return rest;
  } catch (error) {
    throw error instanceof SyntaxError || error instanceof TypeError ? badJson(error, answer, place) : error;
  }
}

function split(root: JsonValue, path: string): { readonly items: readonly JsonValue[] | undefined; readonly rest: JsonValue } {
  const found = valueAt(root, path);
  return Array.isArray(found) ? { items: found as readonly JsonValue[], rest: emptied(root, stepsOf(path)) } : { items: undefined, rest: root };
}

function emptied(value: JsonValue, [step, ...steps]: readonly string[]): JsonValue {
  if (step === undefined) return [];
  return isObject(value) ? { ...value, [step]: emptied(value[step] ?? null, steps) } : value;
}
