import { ACCOUNT, ConnectorError, NAME, UID, withOutcome, type Filter, type Uid } from '../../../protocol/model/index.js';
import type { ObjectList, RestObjectClass, Written } from '../../engines/rest/definition.js';
import type { Json, JsonObject } from '../../engines/rest/json.js';
import { connectorObject } from '../../engines/rest/object-mapping.js';
import { requireObject, type RestCall } from '../../engines/rest/rest-call.js';
import { evaluateFilter } from '../../framework/filter-evaluation.js';
import type { TeamDynamixConfig } from './config.js';
import { isIn, parsePartition, partitionFilters, partitioned } from './partition.js';
import { LISTED, person } from './schema.js';

type Call = RestCall<TeamDynamixConfig>;

/** A text that is none would be looked up as a user name (GET api/people/{username}). */
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

async function read(call: RestCall, uid: string): Promise<JsonObject | undefined> {
  if (!GUID.test(uid)) return undefined;
  try {
    return requireObject(await call.send('GET /people/{uid}', { variables: { uid }, uid }), 'The answer to GET /people');
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'unknownUid') return undefined;
    throw error;
  }
}

function keeps({ partition }: TeamDynamixConfig, filter: Filter | undefined): (element: JsonObject) => boolean {
  const { partitions: asked, rest } = partitioned(filter);
  const partitions = [...asked, ...(partition === null || partition.trim() === '' ? [] : [parsePartition(partition)])];
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
function patchOf(changes: JsonObject): Json {
  return Object.entries(changes).map(([name, value]) => (value === null ? { op: 'remove', path: `/${name}` } : { op: 'replace', path: `/${name}`, value }));
}

/** What such answers say is of no matter: some are a sentence. */
const CARRIED_OUT = [200, 201, 204];

async function after<T>(done: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw error instanceof ConnectorError ? withOutcome(error, 'applied', `${done} ${reason}`) : new ConnectorError('connector', `${done} ${reason}`, { cause: error, outcome: 'applied' });
  }
}

/** Applications of the organization are taken only after creation (TeamDynamix.Api.Users.NewUser.OrgApplications). */
async function create(call: Call, { object }: Written): Promise<JsonObject> {
  const { OrgApplications: applications, ...rest } = object;
  const hasSecrets = rest['Password'] !== undefined;
  const made = requireObject(await call.send('POST /people', { json: rest, hasSecrets }), 'The answer to POST /people', 'applied');
  const uid = made['UID'];
  if (applications !== undefined && typeof uid === 'string') {
    await after(`The person was created with the uid '${uid}'; OrgApplications were not set:`, () => call.answer('PATCH /people/{uid}', { variables: { uid }, uid, json: patchOf({ OrgApplications: applications }), accept: CARRIED_OUT }));
  }
  return made;
}

/** Groups are no part of the person that can be patched: https://solutions.teamdynamix.com/TDWebApi/Home/section/People (POST api/people/{uid}/groups). */
async function update(call: Call, { value: uid }: Uid, { object }: Written): Promise<undefined> {
  const { GroupIDs: groups, ...rest } = object;
  const address = { variables: { uid }, uid };
  const isPatched = Object.keys(rest).length > 0;
  if (isPatched) await call.answer('PATCH /people/{uid}', { ...address, json: patchOf(rest), accept: CARRIED_OUT });
  if (groups === undefined) return undefined;
  const replace = () => call.answer('POST /people/{uid}/groups', { ...address, query: { removeOtherGroups: true }, json: groups ?? [], accept: CARRIED_OUT });
  await (isPatched ? after(`The person '${uid}' was updated; GroupIDs were not set:`, replace) : replace());
  return undefined;
}

export const people: RestObjectClass<TeamDynamixConfig> = {
  aliases: ['people', 'person'], attributes: person, uid: 'UID', list, filters: partitionFilters([NAME, UID, ...LISTED]), read, create, update,
};
