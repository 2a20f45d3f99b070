import { ConnectorError, withOutcome } from '../../../protocol/model/index.js';
import type { RestObjectClass, Written } from '../../engines/rest/definition.js';
import { expressionFilters, type Comparable } from '../../engines/rest/filters/expressions.js';
import { plainScimLanguage } from '../../engines/rest/filters/scim.js';
import { isJsonObject, textAt, type JsonObject } from '../../engines/rest/json.js';
import { refuse } from '../../engines/rest/object-mapping.js';
import { nextUrlPaging } from '../../engines/rest/paging/given-next.js';
import { requireObject, type RestCall } from '../../engines/rest/rest-call.js';
import type { RestAttributes } from '../../engines/rest/attributes.js';
import type { PingOneConfig } from './config.js';
import { partsOf } from './assignments.js';
import { NOT_PUT } from './schema.js';

type Call = RestCall<PingOneConfig>;
type Place = 'users' | 'groups' | 'populations';

/** Objects of an environment. A page holds a thousand at most (https://developer.pingidentity.com/pingone-api/platform/reference/query-parameter-quick-reference.html). */
export function environmentObjects(place: Place, name: 'username' | 'name', attributes: RestAttributes, filtered: Readonly<Record<string, Comparable>>): RestObjectClass<PingOneConfig> {
  const [all, one] = [`/environments/{environmentId}/${place}`, `/environments/{environmentId}/${place}/{uid}`] as const;
  return {
    attributes,
    list: { request: `GET ${all}`, items: `_embedded.${place}`, mayBeMissing: true, pageSize: 1_000, paging: nextUrlPaging({ next: '_links.next.href', size: 'limit' }) },
    filters: expressionFilters({ parameter: 'filter', language: plainScimLanguage, attributes: filtered }),
    read: `GET ${one}`,
    create: (call, written) => create(call, place, named(written, name)),
    update: (call, uid, written) => update(call, place, uid.value, named(written, name)),
    delete: `DELETE ${one}`,
    check: (written, operation) => {
      if (operation === 'create' && textAt(named(written, name), name) === undefined) refuse(`A new object needs __NAME__ or ${name}.`);
      for (const value of written.attributes.find((attribute) => attribute.is('__roleAssignments__'))?.values ?? []) partsOf(value);
    },
  };
}

/** Callers may give the name under both its names; a changed one comes under the service's. */
function named({ object, attributes }: Written, name: string): JsonObject {
  const own = attributes.find((attribute) => attribute.is(name))?.single;
  return typeof own === 'string' ? { ...object, [name]: own } : object;
}

/** https://apidocs.pingidentity.com/pingone/platform/v1/api/#post-create-user; whether it is enabled has a request of its own. */
async function create(call: Call, place: Place, { enabled, ...object }: JsonObject): Promise<JsonObject> {
  const made = requireObject(await call.send(`POST /environments/{environmentId}/${place}`, { json: object }), 'The answer to a create', 'applied');
  const uid = textAt(made, 'id');
  if (enabled !== false || uid === undefined) return made;
  try {
    await enable(call, uid, false);
  } catch (error) {
    throw error instanceof ConnectorError ? withOutcome(error, 'applied', `The user was created with the uid '${uid}', then it could not be disabled: ${error.message}`) : error;
  }
  return made;
}

/** PUT takes the whole object, and clears what it does not hold. */
async function update(call: Call, place: Place, uid: string, { enabled, ...changes }: JsonObject): Promise<JsonObject | undefined> {
  const one = `/environments/{environmentId}/${place}/{uid}` as const;
  const at = { variables: { uid }, uid };
  let answer;
  if (Object.keys(changes).length > 0) {
    const held = requireObject(await call.send(`GET ${one}`, at), `The answer to GET ${one}`, 'notApplied');
    const kept = Object.fromEntries(Object.entries(held).filter(([name]) => !NOT_PUT.includes(name) || (place !== 'users' && name === 'population')));
    answer = await call.send(`PUT ${one}`, { ...at, json: Object.fromEntries(Object.entries({ ...kept, ...changes }).filter(([, value]) => value !== null)) });
  }
  if (typeof enabled === 'boolean') await enableAfter(call, uid, enabled, answer !== undefined);
  return isJsonObject(answer) ? answer : undefined;
}

async function enableAfter(call: Call, uid: string, enabled: boolean, isChanged: boolean): Promise<void> {
  try {
    await enable(call, uid, enabled);
  } catch (error) {
    throw isChanged && error instanceof ConnectorError ? withOutcome(error, 'applied', `The user '${uid}' was updated, then enabled could not be set: ${error.message}`) : error;
  }
}

/** https://apidocs.pingidentity.com/pingone/platform/v1/api/#put-update-user-enabled */
async function enable(call: Call, uid: string, enabled: boolean): Promise<void> {
  await call.answer('PUT /environments/{environmentId}/users/{uid}/enabled', { variables: { uid }, uid, json: { enabled } });
}
