import { ref, resource, type ApiPart } from '../../openapi/api-part.js';

/** `/schema` (docs/managed-objects.md). */
export const schemaApi: ApiPart = {
  name: 'schema', description: 'Schemas of managed objects',
  schemas: { ManagedSchema: resource({ 'properties?': { type: 'object' } }, 'A schema as `managed.json` has it; its id is `managed/` and the type') },
  endpoints: [
    { path: 'schema/managed', summary: 'The schemas of all types', query: { row: ref('ManagedSchema'), by: ['filter'] } },
    { path: 'schema/managed/{type}', summary: 'The schema of a type', pathParameters: { type: 'A type of `managed.json`' }, read: { answer: ref('ManagedSchema') } },
  ],
};
