import { allListed, refuse, textAt, type RestCall } from '../../engines/rest/index.js';
import { groupIdOf, groupList } from './groups.js';

interface Names { readonly idOf: ReadonlyMap<string, string>; readonly nameOf: ReadonlyMap<string, string> }

/** The list is a request for 400 groups, of which Adobe allows five a minute. */
const KEPT_FOR = 10 * 60_000;
/** A group nobody knew is looked for again, but not for every user who is in it. */
const LOOKED_FOR_AGAIN_AFTER = 15_000;

function groupNames(call: RestCall, key: string, milliseconds: number): Promise<Names> {
  return call.cached(key, milliseconds, async (signal) => {
    const idOf = new Map<string, string>();
    for (const group of await allListed({ ...call, signal }, groupList, { signal })) {
      const [name, id] = [textAt(group, 'groupName'), groupIdOf(group)];
      if (name !== undefined && id !== undefined) idOf.set(name, id);
    }
    return { idOf, nameOf: new Map([...idOf].map(([name, id]) => [id, name])) };
  });
}

async function resolved(call: RestCall, values: readonly string[], by: keyof Names): Promise<readonly (string | undefined)[]> {
  if (values.length === 0) return [];
  const known = (await groupNames(call, 'groups', KEPT_FOR))[by];
  if (values.every((value) => known.has(value))) return values.map((value) => known.get(value));
  const fresh = (await groupNames(call, 'groups again', LOOKED_FOR_AGAIN_AFTER))[by];
  return values.map((value) => fresh.get(value) ?? known.get(value));
}

/** Ids of groups a user is in; a name that is in no list stays as it is. */
export async function groupIds(call: RestCall, names: readonly string[]): Promise<readonly string[]> {
  const found = await resolved(call, names, 'idOf');
  return names.map((name, index) => found[index] ?? name);
}

/** Names of groups, by which the API adds and removes. Refuses an id nothing has. */
export async function namesOfGroups(call: RestCall, ids: readonly string[]): Promise<readonly string[]> {
  const found = await resolved(call, ids, 'nameOf');
  return ids.map((id, index) => found[index] ?? refuse(`__GROUPS__ has '${id.slice(0, 100)}', which is the id of no group or product profile of the organization.`));
}
