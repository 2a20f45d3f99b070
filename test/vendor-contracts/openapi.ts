import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { HttpContract, type HttpBodies, type HttpOperation, type HttpParameter } from './http-contract.js';
import { JsonDocument, pointerTo } from './json-document.js';
import type { Correction, VendorContract } from './vendor-contract.js';

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'] as const;
const SEPARATORS = { form: ',', spaceDelimited: ' ', pipeDelimited: '|', simple: ',', deepObject: undefined } as const;

interface Media { readonly schema?: object }
interface Content { readonly $ref?: string; readonly required?: boolean; readonly content?: Readonly<Record<string, Media>> }
interface Parameter { readonly $ref?: string; readonly name: string; readonly in: HttpParameter['in'] | 'cookie'; readonly required?: boolean; readonly explode?: boolean; readonly style?: keyof typeof SEPARATORS }
interface Operation { readonly parameters?: readonly Parameter[]; readonly requestBody?: Content; readonly responses: Readonly<Record<string, Content>> }
type PathItem = Readonly<Partial<Record<(typeof METHODS)[number], Operation>>> & { readonly parameters?: readonly Parameter[] };
interface OpenApi { readonly openapi?: string; readonly swagger?: string; readonly paths: Readonly<Record<string, PathItem>> }

export interface DocumentSettings {
  readonly name: string;
  readonly file: string;
  /** What the fake has before every path of the document. */
  readonly base?: string;
  readonly corrections?: readonly Correction[];
}

/** OpenAPI 3.0 (https://spec.openapis.org/oas/v3.0.3) in JSON or YAML, or Swagger 2.0, which is converted first. */
export async function readOpenApi({ name, file, base, corrections }: DocumentSettings): Promise<VendorContract> {
  const text = await readFile(file, 'utf8');
  const read = (file.endsWith('.json') ? JSON.parse(text) : parse(text, { maxAliasCount: -1 })) as OpenApi;
  const document = read.swagger === undefined ? read : await fromSwagger(read);
  const schemas = new JsonDocument(document, corrections);
  return new HttpContract({ name, document: schemas, operations: operationsOf(document, schemas), ...(base === undefined ? {} : { base }) });
}

async function fromSwagger(document: OpenApi): Promise<OpenApi> {
  const { default: converter } = await import('swagger2openapi');
  // patch: small errors of the document are put right by the converter, which says so in its documentation.
  const { openapi } = await converter.convertObj(document as Parameters<typeof converter.convertObj>[0], { patch: true, warnOnly: true });
  return openapi as unknown as OpenApi;
}

function operationsOf(document: OpenApi, schemas: JsonDocument): HttpOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) => METHODS.flatMap((method) => {
    const operation = item[method];
    if (operation === undefined) return [];
    const place = pointerTo('paths', path, method);
    const own = (operation.parameters ?? []).map((each, index) => toParameter(schemas, each, `${place}/parameters/${index}`));
    const shared = (item.parameters ?? []).map((each, index) => toParameter(schemas, each, `${pointerTo('paths', path)}/parameters/${index}`));
    const parameters = [...own, ...shared.filter((each) => !own.some(({ name, in: where }) => name === each.name && where === each.in))];
    const body = operation.requestBody === undefined ? undefined : followed(schemas, operation.requestBody, `${place}/requestBody`);
    return [{
      method: method.toUpperCase(), template: path.replace(/(?<=.)\/$/, ''), parameters: parameters.filter(({ in: where }) => where !== 'cookie') as HttpParameter[],
      ...(body === undefined ? {} : { body: { required: body.value.required ?? false, types: bodiesOf(body) } }),
      answers: Object.fromEntries(Object.entries(operation.responses).map(([status, answer]) => [status, bodiesOf(followed(schemas, answer, `${place}${pointerTo('responses', status)}`))])),
    }];
  }));
}

interface Placed<T> { readonly value: T; readonly pointer: string }

function followed<T extends { readonly $ref?: string }>(schemas: JsonDocument, value: T, pointer: string): Placed<T> {
  if (value.$ref === undefined) return { value, pointer };
  const target = value.$ref.slice(1);
  return followed(schemas, schemas.at(target) as T, target);
}

function toParameter(schemas: JsonDocument, found: Parameter, place: string): Omit<HttpParameter, 'in'> & { readonly in: Parameter['in'] } {
  const { value: { name, in: where, required = false, style = where === 'query' ? 'form' : 'simple', explode = style === 'form' }, pointer } = followed(schemas, found, place);
  const separator = explode ? undefined : SEPARATORS[style];
  return { name, in: where, required, schema: `${pointer}/schema`, ...(separator === undefined ? {} : { separator }) };
}

function bodiesOf({ value: { content = {} }, pointer }: Placed<Content>): HttpBodies {
  return Object.fromEntries(Object.entries(content).map(([type, { schema }]) => [type === '*/*' ? '*' : type, schema === undefined ? undefined : pointer + pointerTo('content', type, 'schema')]));
}
