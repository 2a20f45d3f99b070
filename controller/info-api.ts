import { list, object, oneOf, text, type ApiPart } from './openapi/api-part.js';

/** `/info`. */
export const infoApi: ApiPart = {
  name: 'info', description: 'The controller itself',
  endpoints: [
    { path: 'info/ping', summary: 'Whether it is ready; needs no login', isOpen: true, read: { answer: object({ _id: text, shortDesc: text, state: oneOf('ACTIVE_READY', 'ACTIVE_NOT_READY', 'STOPPING') }) } },
    { path: 'info/login', summary: 'Who the caller is', read: { answer: object({ _id: text, authenticationId: text, authorization: object({ id: text, component: text, roles: list(text) }) }) } },
  ],
};
