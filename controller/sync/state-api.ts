import { list, object, ref, resource, text, type ApiPart } from '../openapi/api-part.js';

const SYSTEM = { system: 'Name of a system' };
const letter = {
  read: { answer: ref('DeadLetter') }, delete: { answer: ref('DeadLetter') },
  actions: {
    retry: {
      description: 'Carries it through its mappings again, with the object as it is now; 409 with the results in `detail` when it failed again, 412 while liveSync of its type is running',
      answer: object({ _id: text, status: text, results: list(ref('SyncResult')) }),
    },
  },
};

/** `/repo/synchronisation`. */
export const synchronisationStateApi: ApiPart = {
  name: 'repo', description: 'What the controller keeps: links, and where liveSync stands',
  schemas: { DeadLetter: resource({ 'objectType?': text, 'systemIdentifier?': text, 'uid?': text, 'failureCause?': text }, 'A change that liveSync gave up') },
  endpoints: [
    {
      path: 'repo/synchronisation/pooledSyncStage/{id}', summary: 'Where liveSync of an object type stands', pathParameters: { id: 'Such as SYSTEMLDAPACCOUNT' },
      read: { answer: ref('SyncState') }, put: { body: { type: 'object', properties: { connectorData: { type: 'object' } }, required: ['connectorData'] }, answer: ref('SyncState') }, delete: { answer: ref('SyncState') },
    },
    { path: 'repo/synchronisation/deadLetterQueue/{system}', summary: 'Changes that liveSync gave up', pathParameters: SYSTEM, query: { row: resource(), by: ['filter', 'id', 'expression'] } },
    { path: 'repo/synchronisation/deadLetterQueue/{system}/{token}', summary: 'One of them', pathParameters: { ...SYSTEM, token: 'Where it stands among the changes' }, ...letter },
    {
      path: 'repo/synchronisation/deadLetterQueue/{system}/{token}/{type}/{uid}', summary: 'A second one of that token',
      pathParameters: { ...SYSTEM, token: 'Where it stands among the changes', type: 'Its object type', uid: 'Id of the object' }, ...letter,
    },
  ],
};
