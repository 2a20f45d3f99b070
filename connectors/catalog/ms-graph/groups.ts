import { NAME } from '../../../protocol/model/index.js';
import { attributes, boolean, object, string, textAt, type ClassQuery, type JsonObject } from '../../engines/rest/index.js';
import { deltaLinks } from '../../engines/rest/sync/delta-links.js';
import { GRANTED, roleAttributes, roleSteps, shownAssignment } from './app-roles.js';
import { createAndCarryOut, splitCommands, updateAndCarryOut } from './commands.js';
import { deletion } from './deletion.js';
import { graphFilters } from './filters.js';
import { membersOf } from './members.js';
import { reading, selectedByDefault, type GraphCall, type GraphClass, type GraphPath } from './reading.js';
import { listsTogether } from './together.js';

/** https://learn.microsoft.com/en-us/graph/api/resources/group */
const properties = attributes({
  [NAME]: string({ wire: 'displayName' }),
  displayName: string({ notes: 'also the name; several groups may have the same' }),
  description: string(), mail: string({ unsent: 'always' }), mailNickname: string({ notes: 'of its own for each group with mail' }),
  mailEnabled: boolean({ notes: 'left out of a create: false' }), securityEnabled: boolean({ notes: 'left out of a create: true' }),
  groupTypes: string({ multi: true, notes: 'Unified, DynamicMembership' }), visibility: string({ notes: 'Public, Private or HiddenMembership' }),
  isAssignableToRole: boolean({ createOnly: true }), membershipRule: string(), membershipRuleProcessingState: string({ notes: 'On or Paused' }),
  classification: string(), preferredLanguage: string(), preferredDataLocation: string(), theme: string(), proxyAddresses: string({ multi: true, unsent: 'always' }),
  createdDateTime: string({ unsent: 'always' }), renewedDateTime: string({ unsent: 'always' }), expirationDateTime: string({ unsent: 'always' }), securityIdentifier: string({ unsent: 'always' }),
  onPremisesDomainName: string({ unsent: 'always' }), onPremisesLastSyncDateTime: string({ unsent: 'always' }), onPremisesSamAccountName: string({ unsent: 'always' }),
  onPremisesSecurityIdentifier: string({ unsent: 'always' }), onPremisesSyncEnabled: boolean({ unsent: 'always' }),
  assignedLicenses: object({ multi: true, unsent: 'always', onRequest: true, notes: 'skuId, disabledPlans' }),
});

const select = { properties, name: 'displayName' };

async function complete(call: GraphCall, groups: readonly JsonObject[], query: ClassQuery): Promise<readonly JsonObject[]> {
  if (!query.wants(GRANTED.list)) return groups;
  const found = await listsTogether(call, groups.map((group): GraphPath => `/groups/${encodeURIComponent(textAt(group, 'id') ?? '')}/${GRANTED.list}`));
  return groups.map((group, index) => ({ ...group, [GRANTED.list]: (found[index] ?? []).map(shownAssignment) }));
}

const COMMANDS = [GRANTED.add, GRANTED.remove] as const;

/** https://learn.microsoft.com/en-us/graph/api/group-post-groups: a security group, unless it says otherwise; those without mail need a nickname all the same. */
const newGroup = (body: JsonObject): JsonObject => ({ mailEnabled: false, securityEnabled: true, mailNickname: nicknameOf(textAt(body, 'displayName') ?? ''), ...body });

/** Of the characters a nickname may have, those of the name: 64 at most. */
function nicknameOf(name: string): string {
  return Array.from(name).filter((character) => /[\w.-]/.test(character)).join('').slice(0, 64) || 'group';
}

export const group: GraphClass = {
  aliases: ['group'],
  attributes: {
    ...properties,
    members: string({ multi: true, onRequest: true, linked: membersOf('members'), notes: 'ids of direct members: users, groups, service principals, devices' }),
    owners: string({ multi: true, onRequest: true, linked: membersOf('owners'), notes: 'ids of owners' }),
    ...roleAttributes(GRANTED, { onRequest: true }),
  },
  ...reading({ path: '/groups', ...select }),
  completeTogether: { most: 20, complete },
  needs: ['displayName'],
  filters: graphFilters({ equal: ['mailEnabled', 'securityEnabled'], start: [NAME, 'displayName', 'description', 'mail', 'mailNickname'], paths: { [NAME]: 'displayName' } }),
  async create(call, { object: body }) {
    const { own, commands } = splitCommands(body, COMMANDS);
    return createAndCarryOut(call, { path: '/groups', what: 'group', own: newGroup(own), plan: { steps: roleSteps('/groups', GRANTED, commands), names: Object.keys(commands) } });
  },
  async update(call, uid, { object: body }) {
    const { own, commands } = splitCommands(body, COMMANDS);
    return updateAndCarryOut(call, uid, { path: '/groups', what: 'group', own, plan: { steps: roleSteps('/groups', GRANTED, commands), names: Object.keys(commands) } });
  },
  delete: deletion('/groups', { optional: true }),
  // https://learn.microsoft.com/en-us/graph/api/group-delta; with members, so that a group whose members change is told of.
  sync: deltaLinks({ request: 'GET /groups/delta', query: { $select: `${selectedByDefault(select)},members` }, latest: { $deltatoken: 'latest' } }),
};
