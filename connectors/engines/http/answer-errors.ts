import { ConnectorError, type ErrorKind, type FailedWriteOutcome } from '../../../protocol/model/index.js';
import type { HttpAnswer } from './http-client.js';
import { describedAnswer, type AnswerPlace } from './json-answer.js';
import { scalarText, valueAt } from './json-path.js';
import { parseJson, type JsonValue } from './json-text.js';
import { isJsonType, mediaTypeOf } from './media-type.js';
import { retryAfter } from './retry-after.js';

export type RestOperation = 'test' | 'schema' | 'search' | 'get' | 'create' | 'update' | 'delete' | 'sync' | 'authenticate' | 'action';

/** Where in the JSON of an answer something has to stand for a rule to apply. */
export interface BodyCondition {
  /** Such as `error.code` or `errors[0].reason`. */
  readonly at: string;
  /** What has to be there, as text; several: one of them. Left out: anything. */
  readonly is?: string | readonly string[];
  /** What the text there has to contain, in any case. */
  readonly contains?: string;
}

/** A row of a connector's error table; the first that applies counts. */
export interface ErrorRule {
  readonly statuses: readonly number[];
  readonly condition: BodyCondition | undefined;
  /** Left out: of all. */
  readonly operations: readonly RestOperation[] | undefined;
  readonly kind: ErrorKind;
  /** What to do, for the message. */
  readonly advice: string | undefined;
  readonly outcome: FailedWriteOutcome | undefined;
}

interface RuleDetail {
  readonly during?: RestOperation | readonly RestOperation[];
  readonly advice?: string;
  /** Where the status does not tell. */
  readonly outcome?: FailedWriteOutcome;
}

interface RuleStart { fail(kind: ErrorKind, detail?: RuleDetail): ErrorRule }

/** `on(409).fail('alreadyExists')`, `on(400, { at: 'error.code', is: 'Request_BadRequest' }).fail('invalidAttributeValue')`; 200 for an error in a good answer. */
export function on(status: number | readonly number[], condition?: BodyCondition): RuleStart {
  return {
    fail: (kind, { during, advice, outcome } = {}) => ({
      statuses: typeof status === 'number' ? [status] : status, condition, kind, advice, outcome,
      operations: typeof during === 'string' ? [during] : during,
    }),
  };
}

/** What an answer is the answer to. */
export interface AnswerContext extends AnswerPlace {
  readonly operation: RestOperation;
  /** The object that was addressed, if one was: a 404 then means that it is not there. */
  readonly uid?: string | undefined;
  readonly rules?: readonly ErrorRule[] | undefined;
  /** Where the service says in words what is wrong; the first that holds a text counts. None of it is told where values were secret. */
  readonly messages?: readonly string[] | undefined;
  /** The request had a secret in it, which the service's own words may repeat. */
  readonly hasSecrets?: boolean | undefined;
}

/** Bytes. A page of an error that is larger is not looked into. */
const LARGEST_EXPLANATION = 1024 ** 2;
/** Characters. */
const LONGEST_EXCERPT = 300;
const COMMON_MESSAGES = ['error.message', 'error_description', 'message', 'errorMessage', 'errors[0].message', 'errors[0].detail', 'detail', 'Errors[0].description', 'error'];
const WRITES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

interface Meaning { readonly kind: ErrorKind; readonly advice: string }
const MEANINGS: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  [400, { kind: 'invalidAttributeValue', advice: 'Check the values that were sent.' }],
  [401, { kind: 'invalidCredential', advice: 'Check the credentials of the configuration.' }],
  [403, { kind: 'permissionDenied', advice: 'Grant the account of the configuration what it needs for this.' }],
  [404, { kind: 'connector', advice: 'Check the address of the service and its version.' }],
  [405, { kind: 'unsupportedOperation', advice: 'The service does not offer this.' }],
  [408, { kind: 'operationTimeout', advice: 'Try again later.' }],
  [409, { kind: 'connector', advice: 'Another change is in its way; read the object and try again.' }],
  [412, { kind: 'preconditionFailed', advice: 'The object has changed meanwhile; read it and try again.' }],
  [413, { kind: 'connector', advice: 'The request is too large for the service.' }],
  [422, { kind: 'invalidAttributeValue', advice: 'Check the values that were sent.' }],
  [428, { kind: 'preconditionRequired', advice: 'Send the revision of the object.' }],
  [429, { kind: 'retryable', advice: 'It is asked too often; lower the rate limit.' }],
  [502, { kind: 'retryable', advice: 'Try again later.' }],
  [503, { kind: 'retryable', advice: 'Try again later.' }],
  [504, { kind: 'retryable', advice: 'Try again later.' }],
]);

function meaningOf(status: number, { operation, uid }: AnswerContext): Meaning {
  if (status === 404 && uid !== undefined) return { kind: 'unknownUid', advice: '' };
  if (status === 409 && operation === 'create') return { kind: 'alreadyExists', advice: '' };
  const known = MEANINGS.get(status);
  if (known !== undefined) return known;
  return status >= 500 ? { kind: 'connectorIo', advice: 'The service has failed; see its own logs or status page.' } : { kind: 'connector', advice: '' };
}

function bodyOf(answer: HttpAnswer): JsonValue | undefined {
  if (answer.body.length === 0 || answer.body.length > LARGEST_EXPLANATION || !isJsonType(mediaTypeOf(answer).type)) return undefined;
  try {
    return parseJson(new TextDecoder().decode(answer.body));
  } catch {
    return undefined;
  }
}

function holds(condition: BodyCondition | undefined, body: JsonValue | undefined): boolean {
  if (condition === undefined) return true;
  const value = valueAt(body, condition.at) ?? null;
  const { is, contains } = condition;
  if (value === null || (is === undefined && contains === undefined)) return value !== null;
  const found = scalarText(value) ?? '';
  if (is !== undefined && !(typeof is === 'string' ? [is] : is).includes(found)) return false;
  return contains === undefined || found.toLowerCase().includes(contains.toLowerCase());
}

function applies({ statuses, condition, operations }: ErrorRule, status: number, operation: RestOperation, body: JsonValue | undefined): boolean {
  return statuses.includes(status) && (operations === undefined || operations.includes(operation)) && holds(condition, body);
}

/** Whether an answer is the case of one of the rules, whatever the operation. */
export function isCaseOf(rules: readonly ErrorRule[], answer: HttpAnswer): boolean {
  const candidates = rules.filter(({ statuses }) => statuses.includes(answer.status));
  if (candidates.length === 0) return false;
  const body = bodyOf(answer);
  return candidates.some(({ condition }) => holds(condition, body));
}

/** One line, without what would change a log or a terminal. */
function excerptOf(body: JsonValue | undefined, paths: readonly string[]): string {
  const said = paths.map((path) => valueAt(body, path)).find((text) => typeof text === 'string' && text.trim() !== '');
  if (typeof said !== 'string') return '';
  const line = Array.from(said.slice(0, LONGEST_EXCERPT * 2), (character) => (/[\p{C}\p{Z}]/u.test(character) ? ' ' : character)).join('').split(' ').filter((word) => word !== '').join(' ');
  return `It says: "${line.length > LONGEST_EXCERPT ? `${line.slice(0, LONGEST_EXCERPT)}…` : line}"`;
}

/** A refusal (4xx) changed nothing, and what failed (5xx) may have. An error in a good answer is a refusal, too. */
function outcomeOf(status: number, { method, reads = false }: AnswerContext): FailedWriteOutcome | undefined {
  if (reads || !WRITES.has(method)) return undefined;
  return status < 500 ? 'notApplied' : 'unknown';
}

/** What the rules say of it, or else its status; undefined for a good answer. */
function judged(status: number, body: () => JsonValue | undefined, context: AnswerContext): (Meaning & { readonly outcome?: FailedWriteOutcome | undefined }) | undefined {
  const candidates = (context.rules ?? []).filter(({ statuses }) => statuses.includes(status));
  const rule = candidates.find((candidate) => applies(candidate, status, context.operation, body()));
  if (rule !== undefined) return { kind: rule.kind, advice: rule.advice ?? '', outcome: rule.outcome };
  return status < 400 ? undefined : meaningOf(status, context);
}

/**
 * The error an answer is, by the connector's rules and then by its status; undefined for a good one. The message names system, method,
 * path without query, status and content type, and of the answer no more than a field that is there to say what is wrong.
 */
export function errorOf(answer: HttpAnswer, context: AnswerContext): ConnectorError | undefined {
  let known: { readonly body: JsonValue | undefined } | undefined;
  return errorWith(answer, () => (known ??= { body: bodyOf(answer) }).body, context);
}

/** As `errorOf`, for an answer whose JSON was read before, such as what `jsonItems` gives beside the list. */
export function errorIn(answer: Pick<HttpAnswer, 'status' | 'headers'>, body: JsonValue, context: AnswerContext): ConnectorError | undefined {
  return errorWith(answer, () => body, context);
}

function errorWith(answer: Pick<HttpAnswer, 'status' | 'headers'>, body: () => JsonValue | undefined, context: AnswerContext): ConnectorError | undefined {
  const { uid, messages = [], hasSecrets = false } = context;
  const judgement = judged(answer.status, body, context);
  if (judgement === undefined) return undefined;
  const { kind, advice, outcome = outcomeOf(answer.status, context) } = judgement;
  const pause = kind === 'retryable' ? retryAfter(answer) : undefined;
  const sentences = [
    `${describedAnswer(context, answer)}.`,
    kind === 'unknownUid' && uid !== undefined ? `There is no object '${uid.slice(0, 200)}'.` : '',
    hasSecrets ? '' : excerptOf(body(), [...messages, ...COMMON_MESSAGES]),
    pause === undefined ? '' : `It wants to be asked again in ${Math.ceil(pause / 1_000)} seconds.`,
    advice,
  ];
  return new ConnectorError(kind, sentences.filter((sentence) => sentence !== '').join(' '), { outcome });
}
