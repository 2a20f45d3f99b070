import { list, object, orNull, ref, resource, text, type ApiPart } from '../openapi/api-part.js';

/** `/config`. */
export const configurationApi: ApiPart = {
  name: 'config', description: 'Files of the configuration folder',
  schemas: {
    ConfigurationEntry: object({ _id: text, pid: text, factoryPid: orNull(text) }),
    Configuration: resource({}, 'The file; secrets are left out, and kept where they are left out again'),
  },
  endpoints: [
    { path: 'config', summary: 'What there is', read: { answer: object({ _id: text, configurations: list(ref('ConfigurationEntry')) }) }, query: { row: resource(), by: ['filter'] } },
    {
      path: 'config/{id}', summary: 'A file, by its name: `sync`, `provisioner.openicf-ldap`', pathParameters: { id: 'Name of the file without .json' },
      read: { answer: ref('Configuration') }, put: { body: { type: 'object' }, answer: ref('Configuration') }, patch: { answer: ref('Configuration') }, delete: { answer: ref('Configuration') },
    },
    {
      path: 'config/provisioner.openicf/{name}', summary: 'A provisioner file', pathParameters: { name: 'Behind provisioner.openicf- in the name of the file' },
      read: { answer: ref('Configuration') }, put: { body: { type: 'object' }, answer: ref('Configuration') }, patch: { answer: ref('Configuration') }, delete: { answer: ref('Configuration') },
    },
  ],
};
