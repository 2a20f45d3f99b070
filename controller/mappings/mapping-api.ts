import { anything, flag, list, oneOf, orNull, ref, resource, text, type ApiPart } from '../openapi/api-part.js';
import { ACTIONS } from './situations.js';

/** `/mapping` (docs/mappings.md). */
export const mappingApi: ApiPart = {
  name: 'mapping', description: 'Mappings as they are used',
  schemas: {
    MappingState: resource({
      source: orNull(text), target: orNull(text), enableSync: flag, deltaReconciliation: flag, problems: list(text), definition: anything,
      defaultActions: { type: 'object', additionalProperties: oneOf(...ACTIONS) }, lastRun: { anyOf: [ref('Reconciliation'), { type: 'null' }] },
    }, 'A mapping of `sync.json`; it is not used while it has `problems`'),
  },
  endpoints: [
    { path: 'mapping', summary: 'All mappings, in the order of the file', query: { row: ref('MappingState'), by: ['filter'] } },
    { path: 'mapping/{name}', summary: 'One mapping', pathParameters: { name: 'Its name' }, read: { answer: ref('MappingState') } },
  ],
};
