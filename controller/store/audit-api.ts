import { ref, resource, text, type ApiPart } from '../openapi/api-part.js';

/** `/audit`. */
export const auditApi: ApiPart = {
  name: 'audit', description: 'What was done',
  schemas: { AuditEntry: resource({ 'timestamp?': text, 'transactionId?': text, 'eventName?': text, 'userId?': { type: ['string', 'null'] } }) },
  endpoints: [
    { path: 'audit/{topic}', summary: 'Entries of a topic', pathParameters: { topic: 'recon, sync or activity' }, query: { row: ref('AuditEntry'), by: ['filter', 'id'] } },
    { path: 'audit/{topic}/{id}', summary: 'One entry', pathParameters: { topic: 'recon, sync or activity', id: 'Its id' }, read: { answer: ref('AuditEntry') } },
  ],
};
