import { flag, list, object, text, type ApiPart } from '../../openapi/api-part.js';

/** `/authentication`. */
export const authenticationApi: ApiPart = {
  name: 'authentication', description: 'Sessions',
  endpoints: [{
    path: 'authentication', summary: 'Signing in and out',
    actions: {
      login: { description: 'Opens a session: its cookie is in the answer', answer: object({ success: flag, authenticationId: text, roles: list(text) }) },
      logout: { description: 'Ends it', answer: object({ success: flag, 'endSessionUrl?': text }) },
    },
  }],
};
