import { object, text, type ApiPart } from './api-part.js';

/** The description of the description. */
export const openApiRequestsApi: ApiPart = {
  name: 'openapi.json', description: 'This document',
  endpoints: [{
    path: 'openapi.json', summary: 'This document, of this version',
    parameters: { system: { description: 'With the object types of this system as schemas', schema: text } },
    read: { answer: object({ openapi: text, info: { type: 'object' }, paths: { type: 'object' }, components: { type: 'object' } }) },
  }],
};
