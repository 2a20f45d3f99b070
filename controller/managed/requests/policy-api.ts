import { flag, list, object, ref, text, type ApiPart } from '../../openapi/api-part.js';

const params = { type: 'object' };
const validate = { body: { type: 'object' }, answer: ref('PolicyResult') };
const actions = {
  validateObject: { ...validate, description: 'Whether this object would do, as a whole' },
  validateProperty: { ...validate, description: 'Whether these properties would do, in the object as it is' },
};
const TYPE = { type: 'A type of `managed.json`' };

/** `/policy` (docs/managed-objects.md). */
export const policyApi: ApiPart = {
  name: 'policy', description: 'What managed objects have to be like',
  schemas: {
    PropertyPolicies: object({ name: text, policies: list(object({ policyId: text, 'params?': params, policyRequirements: list(text) })), policyRequirements: list(text) }),
    ResourcePolicies: object({ '_id?': text, resource: text, properties: list(ref('PropertyPolicies')) }, 'What is asked of the properties of a type'),
    PolicyResult: object({
      result: flag, failedPolicyRequirements: list(object({ property: text, policyRequirements: list(object({ policyRequirement: text, 'params?': params })) })),
    }, 'Whether every policy is met, and which are not'),
  },
  endpoints: [
    { path: 'policy', summary: 'The policies of all types', read: { answer: object({ _id: text, resources: list(ref('ResourcePolicies')) }) } },
    { path: 'policy/managed/{type}', summary: 'The policies of a type', pathParameters: TYPE, read: { answer: ref('ResourcePolicies') }, actions },
    { path: 'policy/managed/{type}/{id}', summary: 'The policies of an object', pathParameters: { ...TYPE, id: 'Its id, or * for one that is not there yet' }, read: { answer: ref('ResourcePolicies') }, actions },
  ],
};
