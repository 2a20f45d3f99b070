import { anything, object, oneOf, ref, resource, text, whole, type ApiPart, type Schema } from '../../openapi/api-part.js';

const TYPE = { type: 'A type of `managed.json`' };
const content: Schema = { type: 'object' };
const query = {
  _queryFilter: { description: 'A CREST filter', schema: text }, _queryId: { description: 'A query by its name', schema: oneOf('query-all', 'query-all-ids', 'for-userName') },
  uid: { description: 'Of the query for-userName', schema: text },
};

/** `/managed` (docs/managed-objects.md). */
export const managedApi: ApiPart = {
  name: 'managed', description: 'Objects that the controller keeps itself',
  schemas: { ManagedObject: resource({}, 'Properties as `managed.json` names them; private ones are not answered') },
  endpoints: [
    {
      path: 'managed/{type}', summary: 'The objects of a type', pathParameters: TYPE,
      query: { row: ref('ManagedObject'), by: ['filter', 'id'] }, create: { body: content, answer: ref('ManagedObject') },
      parameters: { uid: query.uid, executeOnRetrieve: { description: '`true`: virtual properties are computed anew', schema: text } },
      actions: {
        patch: { description: 'Changes the one object that a query finds', parameters: query, body: ref('Patch'), answer: ref('ManagedObject') },
        triggerSyncCheck: {
          description: 'Tells the mappings of all objects, or of those that a query finds', parameters: { ...query, queryFilter: { description: 'As _queryFilter', schema: text } },
          answer: object({ status: text, countTriggered: whole }),
        },
      },
    },
    {
      path: 'managed/{type}/{id}', summary: 'One object', pathParameters: { ...TYPE, id: 'Its id' },
      read: { answer: ref('ManagedObject') }, put: { body: content, answer: ref('ManagedObject') }, patch: { answer: ref('ManagedObject') }, delete: { answer: ref('ManagedObject') },
      actions: {
        patch: { description: 'As PATCH', body: ref('Patch'), answer: ref('ManagedObject') },
        triggerSyncCheck: { description: 'Tells the mappings of it', answer: ref('ManagedObject') },
      },
      furtherActions: { description: 'Other names: the scripts of the type in `actions`, which see body and parameters and whose value is the answer', answer: anything },
    },
  ],
};
