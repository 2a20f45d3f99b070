import { readFile } from 'node:fs/promises';
import { HttpContract, type HttpOperation, type HttpParameter } from './http-contract.js';
import { JsonDocument, pointerTo } from './json-document.js';
import type { VendorContract } from './vendor-contract.js';

interface Parameter { readonly type: string; readonly location?: 'path' | 'query'; readonly required?: boolean; readonly repeated?: boolean; readonly format?: string; readonly enum?: readonly string[]; readonly minimum?: string; readonly maximum?: string }
interface Schema { readonly properties?: Readonly<Record<string, { readonly annotations?: { readonly required?: readonly string[] } }>> }
interface Method { readonly id: string; readonly httpMethod: string; readonly path: string; readonly flatPath?: string; readonly parameters?: Readonly<Record<string, Parameter>>; readonly request?: { readonly $ref: string }; readonly response?: { readonly $ref: string } }
interface Resource { readonly methods?: Readonly<Record<string, Method>>; readonly resources?: Readonly<Record<string, Resource>> }
interface Discovery extends Resource { readonly servicePath: string; readonly parameters?: Readonly<Record<string, Parameter>>; readonly schemas: Readonly<Record<string, Schema>> }

/** Google's discovery documents (https://developers.google.com/discovery/v1/reference/apis). */
export async function readDiscovery({ name, file }: { readonly name: string; readonly file: string }): Promise<VendorContract> {
  return discoveryContract(name, JSON.parse(await readFile(file, 'utf8')) as object);
}

export function discoveryContract(name: string, document: object): VendorContract {
  const { servicePath, parameters: common = {}, schemas, ...root } = document as Discovery;
  const [parameters, bodies]: [Record<string, object>, Record<string, object>] = [{}, {}];
  const operations = methodsOf(root).map((method): HttpOperation => {
    const all = { ...Object.fromEntries(Object.entries(common).map(([key, each]) => [key, { location: 'query' as const, ...each }])), ...method.parameters };
    for (const [key, each] of Object.entries(all)) parameters[`${method.id}:${key}`] = parameterSchema(each);
    if (method.request !== undefined) bodies[method.id] = bodySchema(method, schemas);
    return {
      method: method.httpMethod, template: `/${servicePath}${(method.flatPath ?? method.path).replaceAll('{+', '{')}`,
      parameters: Object.entries(all).map(([key, { location, required = false }]): HttpParameter => ({ name: key, in: location!, required: required && location === 'query', schema: pointerTo('parameters', `${method.id}:${key}`) })),
      ...(method.request === undefined ? {} : { body: { required: true, types: { 'application/json': pointerTo('bodies', method.id) } } }),
      answers: method.response === undefined ? { '2XX': {} } : { 200: { 'application/json': pointerTo('schemas', method.response.$ref) } },
    };
  });
  return new HttpContract({ name, operations, document: new JsonDocument({ schemas: toJsonSchema(schemas) as object, parameters, bodies }) });
}

const methodsOf = ({ methods = {}, resources = {} }: Resource): Method[] => [...Object.values(methods), ...Object.values(resources).flatMap(methodsOf)];

/** Which properties a method needs stands with the properties. */
function bodySchema({ id, request }: Method, schemas: Discovery['schemas']): object {
  const required = Object.entries(schemas[request!.$ref]?.properties ?? {}).filter(([, { annotations }]) => annotations?.required?.includes(id) === true).map(([key]) => key);
  return { allOf: [{ $ref: `#${pointerTo('schemas', request!.$ref)}` }], required };
}

/** 64-bit numbers are texts; limits are written as texts too. */
function parameterSchema({ type, format, enum: values, minimum, maximum, repeated = false }: Parameter): object {
  const isCounted = type === 'integer' || type === 'number';
  const one = { type, ...(values === undefined ? {} : { enum: values }), ...(isCounted && minimum !== undefined ? { minimum: Number(minimum) } : {}), ...(isCounted && maximum !== undefined ? { maximum: Number(maximum) } : {}), ...(isCounted ? {} : numberText(format)) };
  return repeated ? { type: 'array', items: one } : one;
}

const numberText = (format: string | undefined): object => (format === 'int64' || format === 'uint64' ? { pattern: '^-?\\d+$' } : {});

const below = ({ properties, items, additionalProperties }: Readonly<Record<string, unknown>>): object => ({
  ...(properties === undefined ? {} : { properties: toJsonSchema(properties) }), ...(items === undefined ? {} : { items: toJsonSchema(items, false) }),
  ...(additionalProperties === undefined ? {} : { additionalProperties: toJsonSchema(additionalProperties, false) }),
});

/** JSON Schema draft 3 to what ajv reads: names of schemas become pointers, `any` is no type, `required` is no flag, unknown formats go. */
function toJsonSchema(value: unknown, isNames = true): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => toJsonSchema(each, false));
  if (isNames) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toJsonSchema(each, false)]));
  const { $ref, type, properties, items, additionalProperties, enum: values } = value as Record<string, unknown>;
  const { format } = value as { readonly format?: string };
  return {
    ...(typeof $ref === 'string' ? { $ref: `#${pointerTo('schemas', $ref)}` } : {}),
    ...(type === undefined || type === 'any' ? {} : { type }), ...(values === undefined ? {} : { enum: values }), ...(type === 'string' ? numberText(format) : {}),
    ...below({ properties, items, additionalProperties }),
  };
}
