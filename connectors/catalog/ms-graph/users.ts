import { Uid } from '../../../protocol/model/index.js';
import { isJsonObject, object, string, textAt, type ClassQuery, type Json, type JsonObject, type LinkedValues, type LinkPlan } from '../../engines/rest/index.js';
import { deltaLinks } from '../../engines/rest/sync/delta-links.js';
import { GRANTED, roleAttributes, roleSteps, shownAssignment } from './app-roles.js';
import { createAndCarryOut, splitCommands, updateAndCarryOut } from './commands.js';
import { CONTACT_COMMANDS, contactAttributes, contactSteps, refuseContacts, shownContact } from './contacts.js';
import { deletion } from './deletion.js';
import { graphFilters } from './filters.js';
import { LICENCE_COMMANDS, enabledPlans, licenceSteps } from './licences.js';
import { addMember, idOf, removeMember } from './members.js';
import { listBelow, reading, selectedByDefault, type GraphCall, type GraphClass, type GraphPath } from './reading.js';
import { listsTogether } from './together.js';
import { userProperties } from './user-attributes.js';

/** Users in a batch of completing requests: five for each user at most, twenty in a request. */
const TOGETHER = 20;

/** Of a directory object that may be a role or an administrative unit too. */
const groupId = (element: Json): Json | undefined => (isJsonObject(element) && element['@odata.type'] === '#microsoft.graph.group' ? element['id'] : undefined);

/** https://learn.microsoft.com/en-us/graph/api/user-list-memberof, group-post-members and group-delete-members */
const memberOf: LinkedValues = {
  list: listBelow('/users/{uid}/memberOf', { $select: 'id' }), value: groupId, given: 'memberOf',
  add: (call, user, group) => addMember(call as GraphCall, 'members', idOf(group), user),
  remove: (call, user, group) => removeMember(call as GraphCall, 'members', idOf(group), user),
};

const attributes = {
  ...userProperties,
  memberOf: string({ multi: true, linked: memberOf, notes: 'ids of groups the user is a direct member of' }),
  licenses: object({ multi: true, readOnly: true, notes: 'id, skuId, skuPartNumber, servicePlans' }),
  addLicenses: object({ multi: true, writeOnly: true, notes: 'skuId, and disabledPlans where not all are wanted' }),
  removeLicenses: string({ multi: true, writeOnly: true, notes: 'skuIds' }),
  __servicePlanIds__: string({ multi: true, notes: 'skuId:servicePlanId of the plans that are on' }),
  ...contactAttributes,
  ...roleAttributes(GRANTED, { onRequest: true }),
};

const wantsLicences = (query: Pick<ClassQuery, 'wants'>): boolean => query.wants('licenses') || query.wants('__servicePlanIds__');
const select = { properties: userProperties, name: 'userPrincipalName', further: (query: Pick<ClassQuery, 'wants'>): readonly string[] => (wantsLicences(query) ? ['assignedLicenses'] : []) };

/** A list below a user that an attribute shows, and how. */
interface Further { readonly path: string; wanted(query: ClassQuery, user: JsonObject): boolean; shown(found: readonly JsonObject[]): JsonObject }

const hasLicences = ({ assignedLicenses }: JsonObject): boolean => !Array.isArray(assignedLicenses) || assignedLicenses.length > 0;

const FURTHER: readonly Further[] = [
  { path: 'memberOf?$select=id', wanted: (query) => query.wants('memberOf'), shown: (found) => ({ memberOf: found.map(groupId).filter((id) => id !== undefined) }) },
  // Where nothing is assigned there is nothing to ask for.
  { path: 'licenseDetails', wanted: (query, user) => wantsLicences(query) && hasLicences(user), shown: (found) => ({ licenses: found.map(licence), __servicePlanIds__: enabledPlans(found) }) },
  { path: 'contacts', wanted: (query) => query.wants('contacts'), shown: (found) => ({ contacts: found.map(shownContact) }) },
  { path: GRANTED.list, wanted: (query) => query.wants(GRANTED.list), shown: (found) => ({ [GRANTED.list]: found.map(shownAssignment) }) },
];

function licence({ id = null, skuId = null, skuPartNumber = null, servicePlans = [] }: JsonObject): JsonObject {
  return { id, skuId, skuPartNumber, servicePlans };
}

async function complete(call: GraphCall, users: readonly JsonObject[], query: ClassQuery): Promise<readonly JsonObject[]> {
  const wanted = users.map((user) => FURTHER.filter((one) => one.wanted(query, user)));
  const found = (await listsTogether(call, users.flatMap((user, index) => (wanted[index] ?? []).map(({ path }): GraphPath => `/users/${encodeURIComponent(textAt(user, 'id') ?? '')}/${path}`)))).values();
  return users.map((user, index) => {
    const further = (wanted[index] ?? []).map((one) => one.shown(found.next().value ?? []));
    return Object.assign({ ...(wantsLicences(query) ? { licenses: [], __servicePlanIds__: [] } : {}), ...user }, ...further) as JsonObject;
  });
}

const COMMANDS = [...LICENCE_COMMANDS, ...CONTACT_COMMANDS, GRANTED.add, GRANTED.remove] as const;
type Commands = ReturnType<typeof splitCommands<typeof COMMANDS[number]>>['commands'];

async function planFor(call: GraphCall, uid: string | undefined, commands: Commands): Promise<LinkPlan> {
  const steps = [...await licenceSteps(call, uid, commands), ...contactSteps(commands), ...roleSteps('/users', GRANTED, commands)];
  return { steps, names: Object.keys(commands) };
}

/** A password without a word about it need not be changed at the next sign-in: whoever provisions it hands it out. */
function own(body: JsonObject): JsonObject {
  const { passwordProfile } = body;
  return isJsonObject(passwordProfile) && passwordProfile['password'] !== undefined ? { ...body, passwordProfile: { forceChangePasswordNextSignIn: false, ...passwordProfile } } : body;
}

const FILTERS = graphFilters({
  equal: ['accountEnabled', 'userType', 'employeeType', 'onPremisesImmutableId', 'onPremisesSecurityIdentifier'],
  start: ['__NAME__', 'userPrincipalName', 'displayName', 'givenName', 'surname', 'mail', 'mailNickname', 'city', 'companyName', 'country', 'department', 'employeeId', 'jobTitle', 'postalCode', 'state', 'streetAddress', 'usageLocation'],
  end: ['__NAME__', 'userPrincipalName', 'mail'], present: ['department', 'jobTitle', 'employeeId', 'mail', 'companyName', 'city', 'country'],
  paths: { __NAME__: 'userPrincipalName' },
});

/** https://learn.microsoft.com/en-us/graph/api/resources/users */
export const user: GraphClass = {
  aliases: ['user'],
  attributes,
  ...reading({ path: '/users', ...select }),
  completeTogether: { most: TOGETHER, complete },
  filters: FILTERS,
  // https://learn.microsoft.com/en-us/graph/api/user-post-users
  needs: ['accountEnabled', 'displayName', 'mailNickname', 'userPrincipalName', 'passwordProfile.password'],
  async create(call, { object: body }) {
    const parts = splitCommands(body, COMMANDS);
    refuseContacts(parts.commands);
    return createAndCarryOut(call, { path: '/users', what: 'user', own: own(parts.own), plan: await planFor(call, undefined, parts.commands) });
  },
  async update(call, uid: Uid, { object: body }) {
    const parts = splitCommands(body, COMMANDS);
    return updateAndCarryOut(call, uid, { path: '/users', what: 'user', own: own(parts.own), plan: await planFor(call, uid.value, parts.commands) });
  },
  delete: deletion('/users'),
  // https://learn.microsoft.com/en-us/graph/api/user-delta
  sync: deltaLinks({ request: 'GET /users/delta', query: { $select: selectedByDefault(select) }, latest: { $deltatoken: 'latest' } }),
};
