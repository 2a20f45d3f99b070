import { describe, expect, it } from 'vitest';
import { readContract, type ContractId } from '../../vendor-contracts/contracts.js';
import { contractRequest } from './contract-request.js';

const contracts = { box: await readContract('box'), docusignAdmin: await readContract('docusignAdmin'), docusignSignature: await readContract('docusignSignature'), webexAdmin: await readContract('webexAdmin'), webexMessaging: await readContract('webexMessaging'), pingone: await readContract('pingone') };
const ORG = '9dd9d6cd-7ad1-461a-a432-000000000000';
const ENVIRONMENT = 'abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6';

interface Case { readonly id: keyof typeof contracts; readonly line: string; readonly body?: unknown; readonly complaint?: string }

/** Good requests as the vendors' pages show them; bad ones are these with one thing wrong. */
const CASES: readonly Case[] = [
  // https://developer.box.com/reference/post-users, get-users, put-users-id
  { id: 'box', line: 'POST /2.0/users', body: { name: 'Ceo', login: 'ceo@example.com' } },
  { id: 'box', line: 'GET /2.0/users?limit=100&usemarker=true&fields=id,type,name' },
  { id: 'box', line: 'POST /2.0/users', body: { login: 'ceo@example.com' }, complaint: "body must have required property 'name'" },
  { id: 'box', line: 'POST /2.0/users', body: { name: 'Ceo', space_amount: 'much' }, complaint: 'body/space_amount must be integer' },
  { id: 'box', line: 'GET /2.0/users?limit=many', complaint: 'parameter limit must be integer' },
  { id: 'box', line: 'GET /2.0/users?page=2', complaint: 'no parameter page in the contract' },
  { id: 'box', line: 'GET /2.0/people', complaint: 'no such path in the contract: /people' },
  { id: 'box', line: 'PATCH /2.0/users/1', complaint: '/users/1 takes GET, PUT, DELETE, not PATCH' },
  // https://developers.docusign.com/docs/admin-api/reference/usermanagement
  { id: 'docusignAdmin', line: `GET /Management/v2/organizations/${ORG}/users?account_id=${ORG}&start=0&take=10` },
  { id: 'docusignAdmin', line: `GET /Management/v2/organizations/${ORG}/users?take=ten`, complaint: 'parameter take must be integer' },
  { id: 'docusignAdmin', line: 'GET /Management/v2/organizations/ours/users', complaint: 'parameter organizationId must match format "uuid"' },
  // https://developers.docusign.com/docs/esign-rest-api/reference/users/users/list; the document is of version 2
  { id: 'docusignSignature', line: `GET /restapi/v2/accounts/${ORG}/users?count=100&start_position=0` },
  { id: 'docusignSignature', line: `GET /restapi/v2/accounts/${ORG}/users?limit=100`, complaint: 'no parameter limit in the contract' },
  // https://developer.webex.com/docs/api/v1/people
  { id: 'webexAdmin', line: 'GET /v1/people?max=100&email=john@example.com' },
  { id: 'webexAdmin', line: 'POST /v1/people', body: { emails: ['john.andersen@example.com'], displayName: 'John Andersen' } },
  { id: 'webexAdmin', line: 'POST /v1/people', body: { displayName: 'John Andersen' }, complaint: "body must have required property 'emails'" },
  // https://developer.webex.com/docs/api/v1/team-memberships
  { id: 'webexMessaging', line: 'POST /v1/team/memberships', body: { teamId: 'Y2lzY29zcGFyazovL3VzL1RFQU0', personEmail: 'john@example.com', isModerator: true } },
  { id: 'webexMessaging', line: 'POST /v1/team/memberships', body: { teamId: 'Y2lzY29zcGFyazovL3VzL1RFQU0', isModerator: 'yes' }, complaint: 'body/isModerator must be boolean' },
  // https://apidocs.pingidentity.com/pingone/platform/v1/api/#users
  { id: 'pingone', line: `GET /v1/environments/${ENVIRONMENT}/populations` },
  { id: 'pingone', line: `GET /v1/environments/${ENVIRONMENT}/people`, complaint: `no such path in the contract: /environments/${ENVIRONMENT}/people` },
  { id: 'pingone', line: `POST /v1/environments/${ENVIRONMENT}/populations`, body: { description: 'no name' }, complaint: "body must have required property 'name'" },
];

describe('contracts in OpenAPI and Swagger', () => {
  it.each(CASES)('$id: $line, complaint: $complaint', ({ id, line, body, complaint }) => {
    const contract = contracts[id satisfies ContractId];
    if (contract === undefined) return console.log(`not checked: ${id}, whose contract is not here`);
    const { complaints } = contract.checkRequest(contractRequest(line, body));
    if (complaint === undefined) expect(complaints).toEqual([]);
    else expect(complaints).toContain(complaint);
  });

  it('refuse a body of another content type, and an answer the fake made up', () => {
    const { box } = contracts;
    if (box === undefined) return console.log('not checked: Box, whose contract is not here');
    const request = contractRequest('POST /2.0/users', { name: 'Ceo' });
    expect(box.checkRequest({ ...request, headers: { 'content-type': 'text/plain' } }).complaints).toEqual(['content type text/plain, where the contract has application/json']);
    const answer = (body: unknown, status = 201, type = 'application/json'): readonly string[] => box.checkAnswer(request, { status, headers: { 'content-type': type }, text: JSON.stringify(body) }).complaints;
    expect(answer({ type: 'user', id: '11446498', name: 'Ceo' })).toEqual([]);
    expect(answer({ type: 'user', id: 11446498 })).toEqual(['answer/id must be string']);
    expect(answer({ type: 'user', id: '1', groups: [] })).toEqual(['answer/groups is not in the contract']);
    expect(answer({ type: 'user', id: '1', status: 'sleeping' })[0]).toContain('answer/status must be equal to one of the allowed values: active');
    expect(answer('<html>', 201, 'text/html')).toEqual(['answers with text/html, where the contract has application/json']);
  });
});
