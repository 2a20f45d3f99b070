import { ALL } from '../../protocol/model/index.js';
import type { PropertySource } from '../../protocol/provisioner/provisioner-source.js';
import type { SystemSetup } from '../systems/system.js';
import { ref, type ApiPart, type EndpointDescription, type Schema } from './api-part.js';

/** The objects of one system, as its provisioner file describes them. Names are those of JSON Schema components: letters, digits, `.`, `-`, `_`. */
export function systemPart(name: string, { source }: SystemSetup): ApiPart {
  const schemas: Record<string, Schema> = {};
  const endpoints: EndpointDescription[] = [];
  for (const [type, { nativeType, properties }] of Object.entries(source.objectTypes)) {
    if (nativeType === ALL) continue;
    const schema = `${name}.${type}`.replace(/[^A-Za-z0-9._-]/g, '_');
    schemas[schema] = objectSchema(properties);
    const path = `system/${encodeURIComponent(name)}/${encodeURIComponent(type)}`;
    endpoints.push(
      { path, summary: `Objects ${type} of ${name}`, query: { row: ref(schema), by: ['filter', 'id', 'expression'] }, create: { body: ref(schema), answer: ref(schema) } },
      { path: `${path}/{id}`, summary: `One ${type} of ${name}`, pathParameters: { id: 'Its id' }, read: { answer: ref(schema) }, put: { body: ref(schema), answer: ref(schema) }, patch: { answer: ref(schema) }, delete: { answer: ref(schema) } },
    );
  }
  return { name: 'system', description: 'Systems behind agents, and the objects in them', schemas, endpoints };
}

/** Nothing is required: an answer has what was asked for, and a change what is changed. */
function objectSchema(properties: Readonly<Record<string, PropertySource>>): Schema {
  return {
    type: 'object',
    properties: {
      _id: { type: 'string' }, _rev: { type: 'string' },
      ...Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, propertySchema(property)])),
    },
  };
}

const TYPES: ReadonlySet<string> = new Set(['string', 'integer', 'number', 'boolean', 'object']);

function propertySchema({ type, items, flags, nativeName }: PropertySource): Schema {
  const isHidden = flags.includes('NOT_READABLE');
  const isFixed = flags.includes('NOT_CREATABLE') && flags.includes('NOT_UPDATEABLE');
  const shape: Schema = type === 'array' ? { type: ['array', 'null'], items: typed(items?.type) } : TYPES.has(type) ? { type: [type, 'null'] } : {};
  return { ...shape, ...(nativeName === undefined ? {} : { description: `${nativeName} of the target` }), ...(isHidden ? { writeOnly: true } : {}), ...(isFixed ? { readOnly: true } : {}) };
}

function typed(type: string | undefined): Schema {
  return type !== undefined && TYPES.has(type) ? { type } : {};
}
