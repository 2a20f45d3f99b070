import { NAME } from '../../../protocol/model/index.js';
import { attributes, boolean, object, string, textAt, type ClassQuery, type JsonObject, type RestAttribute } from '../../engines/rest/index.js';
import { GRANTED, GRANTED_TO, roleAttributes, roleSteps, shownAssignment } from './app-roles.js';
import { createAndCarryOut, splitCommands, updateAndCarryOut } from './commands.js';
import { deletion } from './deletion.js';
import { graphFilters } from './filters.js';
import { reading, type GraphCall, type GraphClass, type GraphPath } from './reading.js';
import { listsTogether } from './together.js';

/** Secrets are made by the service only, and shown once: see built-in-actions.ts. */
const passwordCredentials: RestAttribute = { ...object({ multi: true, unsent: 'always', notes: 'without the secrets; the built-in action addPassword makes new ones' }), flags: ['MULTIVALUED', 'NOT_CREATABLE'] };

/** https://learn.microsoft.com/en-us/graph/api/resources/application */
const applicationProperties = attributes({
  [NAME]: string({ wire: 'displayName' }),
  appId: string({ unsent: 'always', notes: 'client id' }),
  displayName: string({ notes: 'also the name; several applications may have the same' }),
  createdDateTime: string({ unsent: 'always' }), publisherDomain: string({ unsent: 'always' }), signInAudience: string(),
  isDeviceOnlyAuthSupported: boolean(), isFallbackPublicClient: boolean(), description: string(), notes: string(), groupMembershipClaims: string(), serviceManagementReference: string(),
  tags: string({ multi: true }), spa: object(), publicClient: object(), web: object(), parentalControlSettings: object(), api: object(), optionalClaims: object(),
  passwordCredentials, keyCredentials: object({ multi: true }), info: object(), addIns: object({ multi: true }), verifiedPublisher: object({ unsent: 'always' }),
  identifierUris: string({ multi: true }), appRoles: object({ multi: true }), requiredResourceAccess: object({ multi: true, notes: 'resourceAppId, resourceAccess' }),
});

export const application: GraphClass = {
  attributes: applicationProperties,
  ...reading({ path: '/applications', properties: applicationProperties, name: 'displayName' }),
  filters: graphFilters({ equal: ['appId'], start: [NAME, 'displayName', 'publisherDomain', 'signInAudience'], paths: { [NAME]: 'displayName' } }),
  needs: ['displayName'], create: 'POST /applications', update: 'PATCH /applications/{uid}',
  delete: deletion('/applications'),
};

/** https://learn.microsoft.com/en-us/graph/api/resources/serviceprincipal */
const principalProperties = attributes({
  [NAME]: string({ wire: 'displayName', unsent: 'always', notes: 'displayName, which comes from the application' }),
  appId: string({ required: true, notes: 'of the application' }),
  displayName: string(), appDisplayName: string({ unsent: 'always' }), accountEnabled: boolean(), appOwnerOrganizationId: string({ unsent: 'always' }), appRoleAssignmentRequired: boolean(),
  servicePrincipalNames: string({ multi: true }), servicePrincipalType: string(), signInAudience: string({ unsent: 'always' }), addIns: object({ multi: true }), replyUrls: string({ multi: true }),
  keyCredentials: object({ multi: true }), passwordCredentials, oauth2PermissionScopes: object({ multi: true, unsent: 'always' }), alternativeNames: string({ multi: true }),
  resourceSpecificApplicationPermissions: object({ multi: true, unsent: 'always' }), notificationEmailAddresses: string({ multi: true }), tags: string({ multi: true }),
  info: object({ unsent: 'always' }), appRoles: object({ multi: true }), description: string(), notes: string(), homepage: string(), loginUrl: string(), logoutUrl: string(), preferredSingleSignOnMode: string(),
});

const LISTS = [GRANTED, GRANTED_TO] as const;
const COMMANDS = LISTS.flatMap(({ add, remove }) => [add, remove]);

async function complete(call: GraphCall, principals: readonly JsonObject[], query: ClassQuery): Promise<readonly JsonObject[]> {
  const wanted = LISTS.filter(({ list }) => query.wants(list));
  const found = (await listsTogether(call, principals.flatMap((principal) => wanted.map(({ list }): GraphPath => `/servicePrincipals/${encodeURIComponent(textAt(principal, 'id') ?? '')}/${list}`)))).values();
  return principals.map((principal) => ({ ...principal, ...Object.fromEntries(wanted.map(({ list }) => [list, (found.next().value ?? []).map(shownAssignment)])) }));
}

export const servicePrincipal: GraphClass = {
  attributes: { ...principalProperties, ...roleAttributes(GRANTED, { onRequest: false }), ...roleAttributes(GRANTED_TO, { onRequest: false }) },
  ...reading({ path: '/servicePrincipals', properties: principalProperties, name: 'displayName' }),
  completeTogether: { most: 10, complete },
  filters: graphFilters({ equal: ['appId', 'servicePrincipalType', 'accountEnabled'], start: [NAME, 'displayName'], paths: { [NAME]: 'displayName' } }),
  async create(call, { object: body }) {
    const { own, commands } = splitCommands(body, COMMANDS);
    return createAndCarryOut(call, { path: '/servicePrincipals', what: 'service principal', own, plan: { steps: LISTS.flatMap((lists) => roleSteps('/servicePrincipals', lists, commands)), names: Object.keys(commands) } });
  },
  async update(call, uid, { object: body }) {
    const { own, commands } = splitCommands(body, COMMANDS);
    return updateAndCarryOut(call, uid, { path: '/servicePrincipals', what: 'service principal', own, plan: { steps: LISTS.flatMap((lists) => roleSteps('/servicePrincipals', lists, commands)), names: Object.keys(commands) } });
  },
  delete: deletion('/servicePrincipals'),
};
