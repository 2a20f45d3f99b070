import { ACCOUNT, NAME, UID, type Filter } from '../../../protocol/model/index.js';
import { connectorObject, requireObject, type Json, type JsonObject, type ObjectList, type RestCall, type RestObjectClass, type SetApart } from '../../engines/rest/index.js';
import { evaluateFilter } from '../../framework/filter-evaluation.js';
import { partitionOf, type TeamDynamixConfig } from './config.js';
import { isIn, partitionFilters, partitioned } from './partition.js';
import { LISTED, person } from './schema.js';

type Call = RestCall<TeamDynamixConfig>;

/** A text that is none would be looked up as a user name (GET api/people/{username}). */
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const read = async (call: RestCall, uid: string): Promise<JsonObject | undefined> => (GUID.test(uid) ? requireObject(await call.send('GET /people/{uid}', { variables: { uid }, uid }), 'The answer to GET /people') : undefined);

function keeps(config: TeamDynamixConfig, filter: Filter | undefined): (element: JsonObject) => boolean {
  const { partitions: asked, rest } = partitioned(filter);
  const own = partitionOf(config);
  const partitions = own === undefined ? asked : [...asked, own];
  const shown = { wants: () => true, options: {} as never };
  return (element) => {
    const uid = element['UID'];
    if (typeof uid !== 'string' || !partitions.every((each) => isIn(each, uid))) return false;
    return rest === undefined || evaluateFilter(rest, connectorObject(ACCOUNT, { uid: 'UID', attributes: listedAttributes }, element, shown)) === true;
  };
}

const listedAttributes = Object.fromEntries(Object.entries(person).filter(([name]) => name === NAME || LISTED.includes(name)));

/** https://solutions.teamdynamix.com/TDWebApi/Home/section/People (GET api/people/userlist, TeamDynamix.Api.Users.UserListing) */
function list(call: Call, { filter }: { readonly filter?: Filter | undefined }): ObjectList {
  return {
    request: 'GET /people/userlist', kind: 'GET people/userlist', gives: LISTED, whole: { keeps: keeps(call.config, filter) },
    query: { isActive: call.config.onlyActivePeople ? 'true' : '', isConfidential: '', isEmployee: '', userType: 'None' },
  };
}

/** A JSON Patch document: https://solutions.teamdynamix.com/TDWebApi/Home/AboutPatching. `remove` clears a property. */
const patchOf = (changes: JsonObject): Json => Object.entries(changes).map(([name, value]) => (value === null ? { op: 'remove', path: `/${name}` } : { op: 'replace', path: `/${name}`, value }));

/** What such answers say is of no matter: some are a sentence. */
const CARRIED_OUT = [200, 201, 204];

async function patch(call: RestCall, uid: string, changes: JsonObject): Promise<undefined> {
  await call.answer('PATCH /people/{uid}', { variables: { uid }, uid, json: patchOf(changes), accept: CARRIED_OUT });
  return undefined;
}

/** Applications of the organization are taken only after creation (TeamDynamix.Api.Users.NewUser.OrgApplications). */
const applications: SetApart = { during: 'create', set: (call, uid, given) => patch(call, uid, { OrgApplications: given }) };

/** Groups are no part of the person that can be patched: https://solutions.teamdynamix.com/TDWebApi/Home/section/People (POST api/people/{uid}/groups). */
const groups: SetApart = {
  during: 'update', set: async (call, uid, given) => { await call.answer('POST /people/{uid}/groups', { variables: { uid }, uid, query: { removeOtherGroups: true }, json: given ?? [], accept: CARRIED_OUT }); },
};

export const people: RestObjectClass<TeamDynamixConfig> = {
  aliases: ['people', 'person'], attributes: { ...person, GroupIDs: { ...person.GroupIDs, apart: groups }, OrgApplications: { ...person.OrgApplications, apart: applications } },
  uid: 'UID', list, filters: partitionFilters([NAME, UID, ...LISTED]), read,
  create: { request: 'POST /people', repeatsSecrets: true },
  update: (call, { value: uid }, { object }) => patch(call, uid, object),
};
