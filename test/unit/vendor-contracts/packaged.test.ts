import { describe, expect, it } from 'vitest';
import { readContract } from '../../vendor-contracts/contracts.js';
import { contractRequest } from './contract-request.js';

const contracts = {
  googleDirectory: await readContract('googleDirectory'), googleLicensing: await readContract('googleLicensing'), googleIdentity: await readContract('googleIdentity'),
  iam: await readContract('iam'), identityStore: await readContract('identityStore'), ssoAdmin: await readContract('ssoAdmin'), sts: await readContract('sts'),
};
const USER = { primaryEmail: 'liz@example.com', name: { givenName: 'Elizabeth', familyName: 'Smith' }, password: 'new user password', emails: [{ address: 'liz@example.com', type: 'home' }], suspended: false };
const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();
const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
const target = (operation: string): Record<string, string> => ({ 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': operation });

/** Good requests as Google's and AWS's references show them; bad ones with one thing wrong. */
const CASES: readonly (readonly [id: keyof typeof contracts, line: string, body: unknown, headers: Record<string, string>, complaint: string | undefined])[] = [
  // https://developers.google.com/workspace/admin/directory/v1/guides/manage-users
  ['googleDirectory', 'GET /admin/directory/v1/users?customer=my_customer&maxResults=500&orderBy=email', undefined, {}, undefined],
  ['googleDirectory', 'POST /admin/directory/v1/users', USER, {}, undefined],
  ['googleDirectory', 'GET /admin/directory/v1/users?customer=my_customer&maxResults=5000', undefined, {}, 'parameter maxResults must be <= 500'],
  ['googleDirectory', 'GET /admin/directory/v1/users?limit=5', undefined, {}, 'no parameter limit in the contract'],
  ['googleDirectory', 'POST /admin/directory/v1/users', { ...USER, suspended: 'no' }, {}, 'body/suspended must be boolean'],
  ['googleDirectory', 'POST /admin/directory/v1/users', { ...USER, email: 'x' }, {}, 'body/email is not in the contract'],
  ['googleDirectory', 'POST /admin/directory/v1/people', USER, {}, 'no such path in the contract: /admin/directory/v1/people'],
  // https://developers.google.com/workspace/admin/licensing/v1/how-tos/using
  ['googleLicensing', 'POST /apps/licensing/v1/product/Google-Apps/sku/1010020020/user', { userId: 'mary@example.com' }, {}, undefined],
  ['googleLicensing', 'GET /apps/licensing/v1/product/Google-Apps/users', undefined, {}, 'the parameter customerId is missing'],
  // https://cloud.google.com/identity/docs/how-to/create-google-groups
  ['googleIdentity', 'POST /v1/groups?initialGroupConfig=WITH_INITIAL_OWNER', { parent: 'customers/C046psxkn', groupKey: { id: 'eng@example.com' }, labels: { 'cloudidentity.googleapis.com/groups.discussion_forum': '' } }, {}, undefined],
  ['googleIdentity', 'POST /v1/groups?initialGroupConfig=ALL', { parent: 'customers/C046psxkn' }, {}, 'parameter initialGroupConfig must be equal to one of the allowed values: INITIAL_GROUP_CONFIG_UNSPECIFIED, WITH_INITIAL_OWNER, EMPTY'],
  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
  ['iam', 'POST /', form({ Action: 'CreateUser', Version: '2010-05-08', Path: '/division_abc/', UserName: 'Bob', 'Tags.member.1.Key': 'a', 'Tags.member.1.Value': 'b' }), FORM, undefined],
  ['iam', 'POST /', form({ Action: 'ListUsers', Version: '2010-05-08', MaxItems: '100' }), FORM, undefined],
  ['iam', 'POST /', form({ Action: 'CreateUser', Version: '2010-05-08' }), FORM, "body must have required property 'UserName'"],
  ['iam', 'POST /', form({ Action: 'ListUsers', Version: '2010-05-08', MaxItems: '5000' }), FORM, 'body/MaxItems must be <= 1000'],
  ['iam', 'POST /', form({ Action: 'CreateUser', Version: '2010-05-08', UserName: 'Bob', 'Tags.1.Key': 'a' }), FORM, 'body/Tags must be array'],
  ['iam', 'POST /', form({ Action: 'MakeUser', Version: '2010-05-08' }), FORM, 'no operation MakeUser in the model'],
  ['iam', 'POST /', form({ Action: 'ListUsers', Version: '2012-01-01' }), FORM, 'Version 2012-01-01, where the model has 2010-05-08'],
  // https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_CreateUser.html
  ['identityStore', 'POST /', { IdentityStoreId: 'd-1234567890', UserName: 'janedoe', DisplayName: 'Jane Doe', Name: { FamilyName: 'Doe', GivenName: 'Jane' } }, target('AWSIdentityStore.CreateUser'), undefined],
  ['identityStore', 'POST /', { IdentityStoreId: 'd-1234567890', UserName: 'janedoe', Login: 'j' }, target('AWSIdentityStore.CreateUser'), 'body/Login is not in the contract'],
  ['identityStore', 'POST /', { UserName: 'janedoe' }, target('AWSIdentityStore.CreateUser'), "body must have required property 'IdentityStoreId'"],
  // https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_AttributeOperation.html: a value is any JSON
  ...[null, 'Dr', [{ value: 'jane@example.com', primary: true }], { a: 1 }].map((value) => ['identityStore', 'POST /', { IdentityStoreId: 'd-1234567890', UserId: '9067642ac7-a1b2c3d4-5678-90ab-cdef-eeeeee111111', Operations: [{ AttributePath: 'title', AttributeValue: value }] }, target('AWSIdentityStore.UpdateUser'), undefined] as const),
  ['identityStore', 'POST /', { IdentityStoreId: 'd-1234567890', UserId: 'jane', Operations: [{ AttributeValue: 'Dr' }] }, target('AWSIdentityStore.UpdateUser'), "body/Operations/0 must have required property 'AttributePath'"],
  ['ssoAdmin', 'POST /', { MaxResults: 10 }, target('SWBExternalService.ListInstances'), undefined],
  ['ssoAdmin', 'POST /', { MaxResults: '10' }, target('SWBExternalService.ListInstances'), 'body/MaxResults must be number'],
  ['sts', 'POST /', form({ Action: 'AssumeRole', Version: '2011-06-15', RoleArn: 'arn:aws:iam::123456789012:role/demo', RoleSessionName: 'testAR' }), FORM, undefined],
];

describe('contracts from packages of Google and AWS', () => {
  it.each(CASES)('%s: %s %j (%j): %s', (id, line, body, headers, complaint) => {
    const contract = contracts[id];
    if (contract === undefined) return console.log(`not checked: ${id}, whose contract is not here (node scripts/rest-targets.mjs gets it)`);
    const { complaints } = contract.checkRequest(contractRequest(line, body, headers));
    if (complaint === undefined) expect(complaints).toEqual([]);
    else expect(complaints).toContain(complaint);
  });

  it('know answers in XML', () => {
    if (contracts.iam === undefined) return console.log('not checked: IAM, whose contract is not here');
    const request = contractRequest('POST /', form({ Action: 'ListUsers', Version: '2010-05-08' }), FORM);
    const user = '<UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Path>/</Path><UserName>Bob</UserName><Arn>arn:aws:iam::123456789012:user/Bob</Arn><CreateDate>2009-03-06T21:47:48Z</CreateDate>';
    const answer = (members: string): readonly string[] => contracts.iam!.checkAnswer(request, { status: 200, headers: { 'content-type': 'text/xml' }, text: `<ListUsersResponse><ListUsersResult><Users>${members}</Users><IsTruncated>false</IsTruncated></ListUsersResult></ListUsersResponse>` }).complaints;
    expect(answer(`<member>${user}</member>`)).toEqual([]);
    expect(answer(`<member>${user}</member><member>${user}</member>`)).toEqual([]);
    expect(answer(`<member>${user}<Mail>a</Mail></member>`)).toEqual(['answer/Users/0/Mail is not in the contract']);
    expect(answer('<member><Path>/</Path></member>')).toContain("answer/Users/0 must have required property 'UserName'");
  });
});
