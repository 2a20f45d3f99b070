import type { JsonObject } from '../crest/json.js';
import { list, oneOf, ref, type ActionDescription, type EndpointDescription, type ParameterDescription, type Schema } from './api-part.js';

/** The HTTP operations of an address (docs/rest-api.md). */
export function operationsOf(endpoint: EndpointDescription, tag: string): JsonObject {
  const { read, query, file, create, put, patch, actions, path } = endpoint;
  const remove = endpoint.delete;
  const make = (method: string, operation: JsonObject): JsonObject => ({ [method]: { operationId: operationId(method, path), tags: [tag], summary: endpoint.summary, ...(endpoint.isOpen === true ? { security: [{}] } : {}), ...operation } });
  return {
    ...(endpoint.pathParameters === undefined ? {} : { parameters: Object.entries(endpoint.pathParameters).map(([name, description]) => ({ name, in: 'path', required: true, description, schema: { type: 'string' } })) }),
    ...(read === undefined && query === undefined && file === undefined ? {} : make('get', getOf(endpoint))),
    ...(create === undefined && actions === undefined ? {} : make('post', postOf(endpoint))),
    ...(put === undefined ? {} : make('put', { parameters: refs('fields', 'prettyPrint', 'ifMatch', 'ifNoneMatch', 'apiVersion', 'reauthenticate'), requestBody: bodyOf(put.body, true), responses: { ...answers({ 200: put.answer, 201: put.answer }, { hasRevision: true }) } })),
    ...(patch === undefined ? {} : make('patch', { parameters: refs('fields', 'prettyPrint', 'ifMatch', 'apiVersion', 'reauthenticate'), requestBody: bodyOf(ref('Patch'), true), responses: answers({ 200: patch.answer }, { hasRevision: true }) })),
    ...(remove === undefined ? {} : make('delete', { parameters: refs('fields', 'prettyPrint', 'ifMatch', 'apiVersion'), responses: answers({ 200: remove.answer }) })),
  };
}

function operationId(method: string, path: string): string {
  return `${method} ${path}`.replace(/[^A-Za-z0-9]+(.)?/g, (_all, next: string | undefined) => next?.toUpperCase() ?? '');
}

const refs = (...names: readonly string[]): JsonObject[] => names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
const QUERIES = { filter: 'queryFilter', id: 'queryId', expression: 'queryExpression' } as const;

function getOf({ read, query, file, parameters = {} }: EndpointDescription): JsonObject {
  const json: Schema[] = [...(read === undefined ? [] : [read.answer]), ...(query === undefined ? [] : [queryAnswer(query.row)])];
  return {
    parameters: [
      ...refs('fields', 'prettyPrint', 'apiVersion', ...(read === undefined ? [] : ['mimeType', 'ifNoneMatch']),
        ...(query === undefined ? [] : [...query.by.map((by) => QUERIES[by]), 'pageSize', 'pagedResultsCookie', 'pagedResultsOffset', 'totalPagedResultsPolicy', 'sortKeys'])),
      ...queryParameters(parameters),
    ],
    responses: file === undefined ? answers({ 200: json.length === 1 ? json[0] : { anyOf: json } }, { hasRevision: read !== undefined, isConditional: read !== undefined }) : {
      ...answers({}), 200: { description: 'The text, as it is made', content: { [file.contentType]: { schema: { type: 'string' } } } },
    },
  };
}

function queryAnswer(row: Schema): Schema {
  return { allOf: [ref('QueryAnswer'), { type: 'object', properties: { result: list(row) } }] };
}

/** One operation for a new resource and for all actions: a POST says which by `_action`. */
function postOf(endpoint: EndpointDescription): JsonObject {
  const { create, actions = {}, furtherActions: further } = endpoint;
  const all = [...Object.values(actions), ...(further === undefined ? [] : [further])];
  const bodies = [...(create === undefined ? [] : [create.body]), ...all.flatMap(({ body }) => (body === undefined ? [] : [body]))];
  const isFree = all.some(({ body }) => body === undefined);
  const done = distinct(all.flatMap(({ answer }) => (answer === undefined ? [] : [answer])));
  return {
    description: actionsText(endpoint),
    parameters: [
      { name: '_action', in: 'query', required: create === undefined, description: 'What to do', schema: actionNames(endpoint) },
      ...refs('fields', 'prettyPrint', 'apiVersion'), ...queryParameters(together(all)),
    ],
    ...(bodies.length === 0 ? {} : { requestBody: bodyOf(isFree ? { anyOf: [...distinct(bodies), {}] } : any(bodies), create !== undefined && all.length === 0) }),
    responses: {
      ...answers({ ...(done.length === 0 ? {} : { 200: any(done) }), ...(create === undefined ? {} : { 201: create.answer }) }, { hasRevision: create !== undefined }),
      ...(all.some(({ answer }) => answer === undefined) ? { 204: { description: 'Done; there is nothing to say' } } : {}),
    },
    'x-actions': Object.fromEntries(Object.entries(actions).map(([name, action]) => [name, actionOf(action)])),
    ...(further === undefined ? {} : { 'x-further-actions': actionOf(further) }),
  };
}

function actionsText({ create, actions = {}, furtherActions }: EndpointDescription): string {
  const lines = Object.entries(actions).map(([name, { description }]) => `${name}: ${description}`);
  return [...(create === undefined ? [] : ['create, or no `_action`: makes a new one.']), ...lines, ...(furtherActions === undefined ? [] : [furtherActions.description])].join('\n\n');
}

function actionNames({ create, actions = {}, furtherActions }: EndpointDescription): Schema {
  const names = oneOf(...(create === undefined ? [] : ['create']), ...Object.keys(actions));
  return furtherActions === undefined ? names : { anyOf: [names, { type: 'string' }] };
}

function actionOf({ description, parameters = {}, body, answer }: ActionDescription): JsonObject {
  return {
    description, parameters: Object.keys(parameters), required: Object.entries(parameters).flatMap(([each, { required }]) => (required === true ? [each] : [])),
    ...(body === undefined ? {} : { body }), ...(answer === undefined ? {} : { answer }),
  };
}

/** One parameter of several actions is optional; the actions themselves say where it is needed. */
function together(actions: readonly ActionDescription[]): Record<string, ParameterDescription> {
  return Object.fromEntries(actions.flatMap(({ parameters = {} }) => Object.entries(parameters)).map(([name, parameter]) => [name, { ...parameter, required: false }]));
}

function queryParameters(parameters: Readonly<Record<string, ParameterDescription>>): JsonObject[] {
  return Object.entries(parameters).map(([name, { description, schema, required = false }]) => ({ name, in: 'query', required, description, schema }));
}

function distinct(schemas: readonly Schema[]): Schema[] {
  return [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
}

function any(schemas: readonly Schema[]): Schema {
  const all = distinct(schemas);
  return all.length === 1 && all[0] !== undefined ? all[0] : { anyOf: all };
}

function bodyOf(schema: Schema, required: boolean): JsonObject {
  return { required, content: { 'application/json': { schema } } };
}

function answers(byStatus: Readonly<Record<number, Schema | undefined>>, { hasRevision = false, isConditional = false } = {}): JsonObject {
  const made = Object.entries(byStatus).flatMap(([status, schema]) => (schema === undefined ? [] : [[status, {
    description: status === '201' ? 'It is made' : 'Done',
    headers: { 'X-Request-ID': { $ref: '#/components/headers/requestId' }, ...(hasRevision ? { ETag: { $ref: '#/components/headers/etag' } } : {}), ...(status === '201' ? { Location: { $ref: '#/components/headers/location' } } : {}) },
    content: { 'application/json': { schema } },
  }] as const]));
  return { ...Object.fromEntries(made), ...(isConditional ? { 304: { description: 'It has still the revision of If-None-Match' } } : {}), default: { $ref: '#/components/responses/error' } };
}
