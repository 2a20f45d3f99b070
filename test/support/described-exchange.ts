/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-call -- an OpenAPI document is JSON of any form */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { requestTarget } from '../../controller/crest/request-path.js';
import { openApiDocument } from '../../controller/openapi/document.js';
import { API_PARTS } from '../../controller/openapi/parts.js';

/** A REST request of a test and its answer. `body`: as it was sent, parsed; undefined when there was none or it is no JSON. */
export interface Exchange {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly override?: string | undefined;
  readonly body: unknown;
  readonly status: number;
  /** Parsed; undefined for none. */
  readonly answer: unknown;
}

type Node = any; // eslint-disable-line @typescript-eslint/no-explicit-any -- an OpenAPI document
const ajv = new Ajv2020({ strict: false, allErrors: false });
(formats as unknown as (ajv: Ajv2020) => void)(ajv);
const document: Node = openApiDocument(API_PARTS, { version: 'test' });
ajv.addSchema(document as object, 'api');
const compiled = new Map<unknown, ValidateFunction>();

/** Throws when the exchange went well and the OpenAPI document does not describe it, or when an error is not of its form. */
export function requireDescribed(exchange: Exchange): void {
  const problem = problemOf(exchange);
  if (problem !== undefined) throw new Error(`${exchange.method} ${exchange.url} (${exchange.status}) is not as docs/openapi.json has it: ${problem}`);
}

function problemOf({ method, url, override, body, status, answer }: Exchange): string | undefined {
  if (status >= 400) return mismatch(document.components.schemas.ErrorBody, answer, 'the error');
  const { path, search } = requestTarget(url);
  const item = itemOf(path);
  if (item === undefined) return 'there is no such path';
  const verb = (method === 'POST' ? override ?? method : method).toLowerCase();
  const operation = item[verb];
  if (operation === undefined) return `the path has no ${verb}`;
  const parameters = new URLSearchParams(search);
  return parameterProblem(operation, parameters) ?? (verb === 'post' && isAction(parameters) ? actionProblem(operation, parameters, { body, status, answer }) : plainProblem(operation, parameters, { body, status, answer }));
}

const isAction = (parameters: URLSearchParams): boolean => parameters.has('_action') && parameters.get('_action')?.toLowerCase() !== 'create';

/** The path that names the most segments; the id of an object takes the rest. */
function itemOf(path: readonly string[]): Node {
  const fits = Object.entries(document.paths as Record<string, Node>).flatMap(([template, item]) => {
    const segments = template.slice(1).split('/');
    const isOpen = segments.at(-1) === '{id}' && segments[0] === 'system';
    const fitsLength = isOpen ? path.length >= segments.length : path.length === segments.length;
    return fitsLength && segments.every((segment, at) => /^\{.*\}$/.test(segment) || segment === path[at]) ? [{ item, named: segments.filter((segment) => !segment.startsWith('{')).length }] : [];
  });
  return fits.sort((left, right) => right.named - left.named)[0]?.item;
}

function parameterProblem(operation: Node, parameters: URLSearchParams): string | undefined {
  const known = new Map<string, Node>((operation.parameters as Node[]).map((one) => resolved(one)).filter((one) => one.in === 'query').map((one) => [one.name.toLowerCase(), one]));
  // A script takes whatever there is as its arguments.
  const action = parameters.get('_action')?.toLowerCase();
  const isFree = action === 'script' || (action !== undefined && furtherAction(operation, action) !== undefined);
  for (const [name, value] of parameters) {
    const parameter = known.get(name.toLowerCase());
    if (parameter === undefined) {
      if (isFree) continue;
      return `it has no parameter ${name}`;
    }
    if (name.toLowerCase() === '_action') continue;
    const problem = mismatch(parameter.schema, typed(parameter.schema, value), `parameter ${name}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** What says something of an action that is not named. */
function furtherAction(operation: Node, action: string | undefined): Node {
  return Object.keys((operation['x-actions'] ?? {}) as object).some((name) => name.toLowerCase() === action) ? undefined : operation['x-further-actions'];
}

function typed(schema: Node, value: string): unknown {
  if (schema.type === 'integer') return Number(value);
  return schema.type === 'boolean' ? ({ true: true, false: false } as Record<string, boolean>)[value.toLowerCase()] ?? value : value;
}

type Sides = Pick<Exchange, 'body' | 'status' | 'answer'>;

function actionProblem(operation: Node, parameters: URLSearchParams, { body, status, answer }: Sides): string | undefined {
  const asked = parameters.get('_action')?.toLowerCase();
  const found = Object.entries(operation['x-actions'] as Record<string, Node>).find(([name]) => name.toLowerCase() === asked)?.[1] ?? furtherAction(operation, asked);
  if (found === undefined) return `it has no action ${asked}`;
  const missing = (found.required as string[]).find((name) => !parameters.has(name));
  if (missing !== undefined) return `${missing} is required`;
  if (body !== undefined && found.body !== undefined) {
    const problem = mismatch(found.body, body, 'the body');
    if (problem !== undefined) return problem;
  }
  if (found.answer === undefined) return status === 204 ? undefined : 'it answers 204';
  return status === 200 ? mismatch(found.answer, answer, 'the answer') : 'it answers 200';
}

function plainProblem(operation: Node, parameters: URLSearchParams, { body, status, answer }: Sides): string | undefined {
  const schema = operation.requestBody?.content['application/json'].schema;
  if (body !== undefined && schema !== undefined) {
    const problem = mismatch(schema, body, 'the body');
    if (problem !== undefined) return problem;
  }
  const response = operation.responses[status];
  return response === undefined ? `it has no answer ${status}` : answerProblem(response, parameters, answer);
}

function answerProblem(response: Node, parameters: URLSearchParams, answer: unknown): string | undefined {
  const answered = response.content?.['application/json']?.schema;
  // Properties that were not asked for are not there.
  if (answered === undefined || parameters.has('_fields') || parameters.has('_mimeType') || parameters.get('_queryId') === 'query-all-ids') return undefined;
  if (answer !== null && typeof answer === 'object' && 'error' in answer && 'result' in answer) return mismatch(document.components.schemas.ErrorBody, answer.error, 'the error at the end');
  return mismatch(answered, answer, 'the answer');
}

const resolved = (node: Node): Node => (node.$ref === undefined ? node : (node.$ref as string).slice(2).split('/').reduce((at: Node, key) => at[key], document));

function mismatch(schema: Node, value: unknown, what: string): string | undefined {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    // References are into the whole document.
    validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/')) as object);
    compiled.set(schema, validate);
  }
  return validate(value) ? undefined : `${what}: ${ajv.errorsText(validate.errors)}`;
}
