import { ConnectorError } from '../../../protocol/model/index.js';
import type { StreamedAnswer } from './answer-body.js';
import { badJson, checkJsonHead, decoderFor, describedAnswer, outcomeAfter, type AnswerPlace } from './json-answer.js';
import { JsonItemParser } from './json-item-parser.js';
import { isObject, stepsOf, valueAt } from './json-path.js';
import { parseJson, type JsonValue } from './json-text.js';

/** Characters. Up to here JSON.parse takes the answer at once: 8 times as fast as token by token. */
const SMALL = 1024 ** 2;

interface Options {
  /** Services leave the array out, or have null in its place, when there is nothing in it. @default false */
  readonly mayBeMissing?: boolean | undefined;
  /** The error a good status may hide, found in what stands beside the list: see `errorIn` of ./answer-errors.ts. */
  readonly refuse?: ((rest: JsonValue) => ConnectorError | undefined) | undefined;
}

/**
 * The elements of the array at `path` (`entries`, `data.items`, '' for the root) in chunks, while the answer arrives; of a large answer
 * no more is held than its elements in one part of it, and what stands beside the array. That is the return value: the answer with an
 * empty array in the place. Throws a ConnectorError, after the elements that came before, where the answer breaks off, is no JSON, or
 * has no such array. Whole numbers beyond 2^53 are bigints.
 */
export async function* jsonItems(answer: StreamedAnswer, path: string, place: AnswerPlace, { mayBeMissing = false, refuse }: Options = {}): AsyncGenerator<readonly JsonValue[], JsonValue, void> {
  try {
    checkJsonHead(answer, place);
    const { isFound, rest } = yield* itemsOf(decodedText(answer, place), path);
    const refusal = refuse?.(rest);
    if (refusal !== undefined) throw refusal;
    if (isFound || mayBeMissing) return rest;
  } catch (error) {
    throw error instanceof SyntaxError || error instanceof TypeError ? badJson(error, answer, place) : error;
  }
  throw missingList(answer, path, place);
}

/** For a good answer that has not got the list it should hold. */
export function missingList(answer: Pick<StreamedAnswer, 'status' | 'headers'>, path: string, place: AnswerPlace): ConnectorError {
  return new ConnectorError('connector', `${describedAnswer(place, answer)} without the list '${path}' that is expected in it.`, { outcome: outcomeAfter(place, answer.status) });
}

async function* decodedText(answer: StreamedAnswer, place: AnswerPlace): AsyncGenerator<string, void, void> {
  const decoder = decoderFor(answer, place);
  for await (const part of answer.body) yield decoder.decode(part, { stream: true });
  yield decoder.decode();
}

async function* itemsOf(parts: AsyncIterable<string>, path: string): AsyncGenerator<readonly JsonValue[], { readonly isFound: boolean; readonly rest: JsonValue }, void> {
  let parser: JsonItemParser | undefined;
  let text = '';
  for await (const part of parts) {
    text += part;
    if (parser === undefined && text.length < SMALL) continue;
    parser ??= new JsonItemParser(stepsOf(path));
    parser.write(text);
    text = '';
    const items = parser.take();
    if (items.length > 0) yield items;
  }
  if (parser !== undefined) return { rest: parser.end(), isFound: parser.hasFound };
  const { items, rest } = split(parseJson(text), path);
  if (items !== undefined && items.length > 0) yield items;
  return { rest, isFound: items !== undefined };
}

function split(root: JsonValue, path: string): { readonly items: readonly JsonValue[] | undefined; readonly rest: JsonValue } {
  const found = valueAt(root, path);
  return Array.isArray(found) ? { items: found as readonly JsonValue[], rest: emptied(root, stepsOf(path)) } : { items: undefined, rest: root };
}

function emptied(value: JsonValue, [step, ...steps]: readonly string[]): JsonValue {
  if (step === undefined) return [];
  return isObject(value) ? { ...value, [step]: emptied(value[step] ?? null, steps) } : value;
}
