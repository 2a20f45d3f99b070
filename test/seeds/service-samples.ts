import { ADOBE } from '../connectors/adobe-admin-console/system.js';
import { FakeAws } from '../connectors/aws/fake.js';
import { FakeIdentityCenter } from '../connectors/aws-iam-identity-center/fake.js';
import { BOX } from '../connectors/box/system.js';
import { DOCUSIGN } from '../connectors/docusign/system.js';
import { DROPBOX } from '../connectors/dropbox/system.js';
import { DUO } from '../connectors/duo/system.js';
import { GCP } from '../connectors/gcp/fake.js';
import { FakeWorkspace, TOKENS } from '../connectors/google-apps/fake.js';
import { PINGONE } from '../connectors/pingone/system.js';
import { FakeSalesforce } from '../connectors/salesforce/fake.js';
import { SCIM_1 } from '../connectors/scim/system.js';
import { SERVICENOW } from '../connectors/servicenow/system.js';
import { WEBEX } from '../connectors/webex/system.js';
import type { CurlCommand } from './curl-commands.js';
import { graphSamples } from './graph-samples.js';
import { sampled, type SampledService } from './sampled-service.js';

export type { SampledService } from './sampled-service.js';

/** Commas before the end of a list or an object, and True. */
const AS_PYTHON = [[',\n}', '\n}'], [',\n    ]', '\n    ]'], ['True', 'true']] as const;

/** By the connector's id. */
export const SAMPLED_SERVICES: Readonly<Record<string, () => Promise<SampledService>>> = {
  'adobe-admin-console': () => sampled(ADOBE, (fake) => {
    const [one, two] = [fake.addGroup('one'), fake.addGroup('two')];
    return {
      // A user whose update the text tells of, which Adobe IDs do not have.
      corrected: { 728: ({ body }) => ({ body: body?.replace('adobeID', 'federatedID') }) },
      replaced: new Map([['"lastName" : "US"', '"country" : "US"'], ['firstName', 'firstname'], ['lastName', 'lastname'], ['"groupId1"', `"${one}"`], ['"groupId2"', `"${two}"`], ['"groupId"', `"${one}"`], ...AS_PYTHON]),
    };
  }),

  // A note of the author's own, in Spanish, stands for the groups of an update.
  box: () => sampled(BOX, (fake) => ({ replaced: new Map([...['20013904637', '20013904699'].map((id) => [id, fake.addGroup(`group ${id}`)] as const), ['[agregarle el grupo que esta arriba]', '[]']]) })),

  docusign: () => sampled(DOCUSIGN, (fake) => ({
    replaced: new Map([[' (1)', ''], ['14261467', fake.addGroup('group 14261467')]]),
    // The same user once more.
    corrected: { 8675: ({ body }) => ({ body: body?.replace('cgarcia@', 'carlos@') }) },
    existing: { permissionProfile: [...fake.profiles.keys()][0]! },
  })),

  dropbox: () => sampled(DROPBOX, (fake) => ({
    replaced: new Map([['ROLE ID', fake.roles[0]!.role_id]]),
    // A quote that is left open.
    corrected: { 11076: () => ({ method: 'PUT', body: JSON.stringify({ group_name: 'new name', group_management_type: 'company_managed', group_external_id: 'new external id', members: [{ access_type: 'member', team_member_id: fake.addMember('member@example.com') }] }) }) },
  })),

  duo: () => sampled(DUO, (fake) => ({
    replaced: new Map([['DGAA00BB0C0D0EE0GGG', fake.add('group', { name: 'there' })], ['DHAAA00BB0C0D0EE0TTT', fake.add('token')], ['{\n{', '{'], ['"True,', 'true,'], ['Read-Only', 'Read-only'], ...AS_PYTHON]),
    ofTheFirst: [11766],
    before: { 11935: () => { for (const [id, fields] of fake.kept.admin) fake.kept.admin.set(id, { ...fields, status: 'Active' }); } },
  })),

  'ms-graph': graphSamples,

  pingone: () => sampled(PINGONE, (fake) => {
    fake.roles.splice(1, 1, { id: 'ce00e15f-f845-4df1-abf3-fdc4ff4e176c', name: 'Identity Data Read Only', applicableTo: ['ENVIRONMENT'], permissions: [] });
    return {
      replaced: new Map(['336c9e3e-5480-4f32-8706-ccd944531286', 'aa4c33a9-6726-4526-b70f-7cd63fce5c28'].map((id) => [id, fake.addGroup(`group ${id}`)])),
      ofTheFirst: [27426],
      existing: { __ROLE__: String(fake.roles[0]!['id']), __AVAILABLE_ROLE__: `${fake.environmentId}:ENVIRONMENT:${String(fake.roles[0]!['id'])}` },
    };
  }),

  scim: () => sampled(SCIM_1),

  webex: () => sampled(WEBEX, (fake) => ({
    replaced: new Map([['"groupId"', `"${fake.addGroup('Staff')}"`], ['"licenseId"', `"${fake.calling}", "${fake.meetings}"`], ['"roleId"', '"role-users"'], ['"manager" ,', '"manager" :'], ['LastName', 'lastName']]),
    // Of a location and phone numbers Webex takes one, says the text itself.
    corrected: Object.fromEntries([41116, 41418].map((line) => [line, ({ body }: CurlCommand) => ({ body: body?.replace(/,\s*"locationId" : "locationId"/, '') })])),
    existing: { ROLES: 'role-users', LICENSES: fake.calling },
  })),

  async aws() {
    const fake = await FakeAws.start();
    return {
      configurationProperties: { accessKeyId: fake.accessKeyId, secretKey: fake.secretKey, roleArn: fake.roleArn, endpoint: fake.service.address, stsEndpoint: fake.sts.address },
      replaced: new Map(),
      stop: () => fake.stop(),
    };
  },

  async 'aws-iam-identity-center'() {
    const fake = await FakeIdentityCenter.start();
    const [one, two] = [fake.addGroup('one'), fake.addGroup('two')];
    return {
      configurationProperties: {
        accessKey: fake.accessKey, secretKey: fake.secretKey, roleArn: fake.roleArn, roleSessionName: 'causeway', region: fake.region, identityStoreId: fake.storeId, sessionExpirationTime: 3600,
        readRateLimit: '900/sec', writeRateLimit: '900/sec', endpoint: fake.store.origin, stsEndpoint: fake.sts.origin,
      },
      // The lists of groups end with a comma.
      replaced: new Map(['groupId', 'groupID'].flatMap((name) => [[`"${name}1"`, `"${one}"`], [`"${name}2",`, `"${two}"`]] as const)),
      stop: () => fake.stop(),
    };
  },

  gcp: () => sampled(GCP),

  async 'google-apps'() {
    const fake = await FakeWorkspace.start();
    return {
      configurationProperties: {
        domain: fake.users.domain, clientId: fake.clientId, clientSecret: fake.clientSecret, refreshToken: fake.refreshToken,
        directoryAddress: fake.directory.address, licensingAddress: fake.licensing.address, tokenEndpoint: `${fake.directory.origin}${TOKENS}`,
        availableLicenses: ['Google-Apps/1010020027', 'Google-Drive-storage/Google-Drive-storage-20GB'],
      },
      replaced: new Map(),
      stop: () => fake.stop(),
    };
  },

  async salesforce() {
    const fake = await FakeSalesforce.start();
    return {
      configurationProperties: {
        clientId: fake.clientId, clientSecret: fake.clientSecret, refreshToken: fake.refreshToken, loginUrl: `${fake.service.origin}/services/oauth2/token`, instanceUrl: fake.service.origin, supportedObjectTypes: ['User'],
      },
      // Commas are missing behind three values, ids are cut short, and a mark of a footnote stands in a body.
      replaced: new Map([['[ (1)\n', '[\n'], ['"Barbara"\n', '"Barbara",\n'], ['"bjensen"\n', '"bjensen",\n'], ['"00e200000001ehhP"\n', '"00e200000001ehhPAA",\n'], ['0P50300000QIbGAM', '0PS0300000QIbGAMAA'], ['0J40700000DIg3Hm', '00G0700000DIg3HmAA']]),
      stop: () => fake.service.stop(),
    };
  },

  servicenow: () => sampled(SERVICENOW),
};
