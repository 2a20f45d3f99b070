import { ConnectorError, NAME } from '../../../protocol/model/index.js';
import { attributes, boolean, object, string, textAt, withoutTrailingSlashes, type JsonObject } from '../../engines/rest/index.js';
import { graphAddress } from './config.js';
import { deletion } from './deletion.js';
import { graphFilters } from './filters.js';
import { reading, type GraphCall, type GraphClass } from './reading.js';

/** https://learn.microsoft.com/en-us/graph/api/resources/team */
const properties = attributes({
  [NAME]: string({ wire: 'displayName' }),
  displayName: string({ notes: 'also the name' }), description: string(), visibility: string({ notes: 'public or private' }), classification: string({ unsent: 'always' }), specialization: string({ unsent: 'always' }),
  isArchived: boolean({ unsent: 'always' }), webUrl: string({ unsent: 'always' }), internalId: string({ unsent: 'always' }), createdDateTime: string({ unsent: 'always' }), tenantId: string({ unsent: 'always' }),
  memberSettings: object(), guestSettings: object(), messagingSettings: object(), funSettings: object(),
});

/** What the list has of a team (https://learn.microsoft.com/en-us/graph/api/teams-list); anything else takes a request for each. */
const IN_LISTS = ['displayName', 'description'];

/**
 * https://learn.microsoft.com/en-us/graph/api/team-post: with application permissions a team needs an owner. It is made in the background;
 * the answer says where it will be.
 */
async function create(call: GraphCall, given: JsonObject): Promise<JsonObject> {
  const { owner, ...body } = given;
  const address = withoutTrailingSlashes(graphAddress(call.config).href);
  const member = { '@odata.type': '#microsoft.graph.aadUserConversationMember', roles: ['owner'], 'user@odata.bind': `${address}/users('${(textAt(owner, '') ?? '').replaceAll("'", "''")}')` };
  const { headers } = await call.answer('POST /teams', { json: { 'template@odata.bind': `${address}/teamsTemplates('standard')`, ...body, members: [member] } });
  const id = /\/teams(?:\('([^']+)'\)|\/([^/?]+))/.exec(headers.get('content-location') ?? headers.get('location') ?? '');
  const uid = id?.[1] ?? id?.[2];
  if (uid === undefined) throw new ConnectorError('connector', 'Microsoft Graph accepted the team, but does not say which it will be: search for it.', { outcome: 'applied' });
  return { id: uid };
}

export const team: GraphClass = {
  attributes: { ...properties, owner: { ...string({ writeOnly: true, createOnly: true }), notes: 'id of the user who owns a new team; more by the members and owners of its group' } },
  ...teamReading(),
  filters: graphFilters({ equal: [NAME, 'displayName'], paths: { [NAME]: 'displayName' } }),
  needs: ['displayName', 'owner'], create: (call, { object: body }) => create(call, body),
  update: 'PATCH /teams/{uid}',
  // https://learn.microsoft.com/en-us/graph/api/group-delete: a team goes with its group.
  delete: deletion('/groups'),
};

function teamReading(): Pick<GraphClass, 'list' | 'read'> {
  const { read } = reading({ path: '/teams', properties, name: 'displayName' });
  const listProperties = Object.fromEntries(Object.entries(properties).filter(([name]) => IN_LISTS.includes(name)));
  const { list } = reading({ path: '/teams', properties: listProperties, name: 'displayName' });
  return { read, list: (call, query) => ({ ...list(call, query), gives: IN_LISTS }) };
}
