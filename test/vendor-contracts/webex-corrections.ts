import type { Correction } from './vendor-contract.js';

const SHARED_NAME = 'the schemas PostGroup and PatchGroup are those of the SCIM 2 groups, which have taken the place of others of the same name; the examples beside show what /groups takes';
const text = { type: 'string' };
const members = (operation: object): object => ({ type: 'array', items: { type: 'object', required: ['id'], properties: { id: text, ...operation } } });

/** What is wrong with Webex' document for administrators. */
export const WEBEX_CORRECTIONS: readonly Correction[] = [
  {
    pointer: '/paths/~1groups/post/requestBody/content/application~1json/schema', reason: SHARED_NAME,
    value: { type: 'object', required: ['displayName'], properties: { displayName: text, orgId: text, description: text, members: members({}) } },
  },
  {
    pointer: '/paths/~1groups~1{groupId}/patch/requestBody/content/application~1json/schema', reason: SHARED_NAME,
    value: { type: 'object', properties: { displayName: text, description: text, members: members({ operation: { enum: ['add', 'delete'] } }) } },
  },
  { pointer: '/components/schemas/GroupResponse/properties/description', value: text, reason: 'a description is given at the creation, and the answers have it' },
  {
    pointer: '/paths/~1people/get/parameters/9', value: { name: 'cursor', in: 'query', schema: text },
    reason: 'the address of a next page has a parameter of its own, whatever the service calls it (https://developer.webex.com/docs/basics#pagination)',
  },
];
