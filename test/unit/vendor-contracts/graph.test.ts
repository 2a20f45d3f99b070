import { describe, expect, it } from 'vitest';
import { readContract } from '../../vendor-contracts/contracts.js';
import { contractRequest } from './contract-request.js';

const graph = await readContract('graph');
const NEW_USER = { accountEnabled: true, displayName: 'Adele Vance', mailNickname: 'AdeleV', userPrincipalName: 'AdeleV@contoso.com', passwordProfile: { forceChangePasswordNextSignIn: true, password: 'xWwvJ]6NMw+bWH-d' } };
const ID = '87d349ed-44d7-43e1-9a83-5f2406dee5bd';
const LINK = { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${ID}` };

/** Good ones as on https://learn.microsoft.com/en-us/graph/api/ (user-post-users, user-list, group-post-members, user-assignlicense, user-delta) and /graph/json-batching. */
const CASES: readonly (readonly [line: string, body: unknown, complaint: string | undefined])[] = [
  ['POST /v1.0/users', NEW_USER, undefined],
  ["GET /v1.0/users?$select=displayName,mail&$filter=startswith(displayName,'a') and accountEnabled eq true&$top=100&$count=true&$orderby=displayName desc", undefined, undefined],
  ["GET /v1.0/users?$filter=assignedLicenses/any(s:s/skuId eq 184efa21-98c3-4e5d-95ab-d07053a96e67)", undefined, undefined],
  ['GET /v1.0/users?$expand=manager($select=id,displayName)', undefined, undefined],
  ['GET /v1.0/users/delta()?$select=displayName', undefined, undefined],
  ['GET /v1.0/users/delta?$select=displayName', undefined, undefined],
  [`GET /v1.0/groups/${ID}/members/microsoft.graph.user?$count=true`, undefined, undefined],
  [`POST /v1.0/groups/${ID}/members/$ref`, LINK, undefined],
  [`DELETE /v1.0/groups/${ID}/members/${ID}/$ref`, undefined, undefined],
  [`PUT /v1.0/users/${ID}/manager/$ref`, LINK, undefined],
  [`POST /v1.0/users/${ID}/assignLicense`, { addLicenses: [{ disabledPlans: [], skuId: ID }], removeLicenses: [] }, undefined],
  ['POST /v1.0/$batch', { requests: [{ id: '1', method: 'GET', url: '/users?$select=id' }, { id: '2', method: 'POST', url: '/users', headers: { 'Content-Type': 'application/json' }, body: NEW_USER }] }, undefined],
  ['POST /v1.0/people', NEW_USER, "no people at the service's root"],
  ['POST /v1.0/users', { ...NEW_USER, userName: 'x' }, 'body/userName is not in the contract'],
  ['POST /v1.0/users', { ...NEW_USER, accountEnabled: 'yes' }, 'body/accountEnabled must be Edm.Boolean'],
  ['POST /v1.0/users', { ...NEW_USER, passwordProfile: { secret: 'x' } }, 'body/passwordProfile/secret is not in the contract'],
  ['GET /v1.0/users?$select=id,nickName', undefined, '$select: microsoft.graph.user has no nickName'],
  ["GET /v1.0/users?$filter=nickName eq 'displayName'", undefined, '$filter: microsoft.graph.user has no nickName'],
  ["GET /v1.0/users?$filter=displayName eq 'O'Neil'", undefined, "$filter: a quote is open in displayName eq 'O'Neil'"],
  ['GET /v1.0/users?$filter=assignedLicenses/any(s:s/sku eq 1)', undefined, '$filter: microsoft.graph.assignedLicense has no sku'],
  ['GET /v1.0/users?$expand=boss', undefined, '$expand: microsoft.graph.user has no boss to expand'],
  ['GET /v1.0/users?$top=all', undefined, '$top must be a whole number, not all'],
  ['GET /v1.0/users?limit=5', undefined, 'no parameter limit in the contract'],
  [`POST /v1.0/users/${ID}`, NEW_USER, 'takes GET, PATCH, PUT, DELETE, not POST'],
  [`GET /v1.0/users/${ID}/friends`, undefined, 'microsoft.graph.user has no friends'],
  [`POST /v1.0/groups/${ID}/members/$ref`, { id: ID }, 'a link needs @odata.id'],
  [`POST /v1.0/users/${ID}/assignLicense`, { licenses: [] }, 'body/licenses is not in the contract'],
  ['POST /v1.0/$batch', { requests: [{ id: '1', method: 'GET', url: '/users?$select=nick' }] }, 'request 1 of the batch: $select: microsoft.graph.user has no nick'],
];

describe('Microsoft Graph by its metadata', () => {
  it.each(CASES)('%s %j: %s', (line, body, complaint) => {
    if (graph === undefined) return console.log('not checked: Microsoft Graph, whose contract is not here');
    const { complaints } = graph.checkRequest(contractRequest(line, body));
    if (complaint === undefined) expect(complaints).toEqual([]);
    else expect(complaints).toContain(complaint);
  });

  it('knows answers', () => {
    if (graph === undefined) return console.log('not checked: Microsoft Graph, whose contract is not here');
    const answer = (body: unknown, status = 200, line = 'GET /v1.0/users'): readonly string[] => graph.checkAnswer(contractRequest(line), { status, headers: { 'content-type': 'application/json' }, text: JSON.stringify(body) }).complaints;
    expect(answer({ '@odata.context': 'x', '@odata.nextLink': 'y', value: [{ id: ID, displayName: 'a', '@removed': { reason: 'changed' } }] })).toEqual([]);
    expect(answer({ value: [{ id: 7 }] })).toEqual(['answer/value/0/id must be Edm.String']);
    expect(answer({ users: [], value: [] })).toEqual(['answer/users is not in the contract']);
    expect(answer({ id: ID, nick: 'a' }, 200, `GET /v1.0/users/${ID}`)).toEqual(['answer/nick is not in the contract']);
    expect(answer({ error: 'no' }, 404)).toEqual(['an error must say error.code and error.message']);
  });
});
