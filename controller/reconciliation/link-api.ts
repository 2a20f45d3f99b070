import { ref, resource, text, type ApiPart } from '../openapi/api-part.js';

/** `/repo/link`. */
export const linkApi: ApiPart = {
  name: 'repo', description: 'What the controller keeps: links, and where liveSync stands',
  schemas: { Link: resource({ linkType: text, linkQualifier: text, firstId: text, secondId: text }) },
  endpoints: [
    {
      path: 'repo/link', summary: 'Which source and target objects belong together', query: { row: ref('Link'), by: ['filter', 'id'] },
      create: { body: { type: 'object', properties: { linkType: text, linkQualifier: text, firstId: text, secondId: text }, required: ['linkType', 'firstId', 'secondId'] }, answer: ref('Link') },
    },
    { path: 'repo/link/{id}', summary: 'One link', pathParameters: { id: 'Its id' }, read: { answer: ref('Link') }, delete: { answer: ref('Link') } },
  ],
};
