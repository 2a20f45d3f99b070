import { allListed, textAt, valueAt, type Json, type JsonObject, type ListEndpoint, type RestCall } from '../../engines/rest/index.js';
import { nextUrlPaging } from '../../engines/rest/paging/given-next.js';
import type { PingOneConfig } from './config.js';

interface Scope { readonly id: string; readonly type: string; readonly name: string }

const KEPT_FOR = 60_000;
/** What the client may not see gives no scopes. */
const HIDDEN = [403, 404];
const next = nextUrlPaging({ next: '_links.next.href' });
const environments: ListEndpoint = { request: 'GET /environments', items: '_embedded.environments', mayBeMissing: true, empty: HIDDEN, paging: next };
const populations: ListEndpoint = { request: 'GET /environments/{environmentId}/populations', items: '_embedded.populations', mayBeMissing: true, empty: HIDDEN, paging: next };
export const roles: ListEndpoint = { request: 'GET /roles', items: '_embedded.roles', mayBeMissing: true, paging: next };

/**
 * Every role with every scope it applies to: the organisation, its environments and the populations of the configured one. PingOne itself
 * has no such list (https://apidocs.pingidentity.com/pingone/platform/v1/api/#roles, #get-read-all-environments, #populations).
 */
export function availableRoles(call: RestCall): Promise<readonly JsonObject[]> {
  return call.cached('available roles', KEPT_FOR, async (signal) => {
    const own = { ...call, signal };
    const { environmentId } = call.config as PingOneConfig;
    const all = await allListed(own, roles);
    const scopes = await scopesOf(own, environmentId);
    return scopes.flatMap((scope) => all.filter((role) => appliesTo(role, scope)).map((role) => available(role, scope, environmentId)));
  });
}

async function scopesOf(call: RestCall, environmentId: string): Promise<readonly Scope[]> {
  const hidden = { accept: HIDDEN, signal: call.signal };
  const environment = await call.send('GET /environments/{environmentId}', hidden);
  const organization = textAt(environment, 'organization.id');
  const found = organization === undefined ? undefined : await call.send('GET /organizations/{organization}', { ...hidden, variables: { organization } });
  const seen = await allListed(call, environments);
  const asScope = (type: string) => (json: Json): Scope => ({ id: textAt(json, 'id') ?? '', type, name: textAt(json, 'name') ?? textAt(json, 'id') ?? '' });
  return [
    ...(organization === undefined ? [] : [{ id: organization, type: 'ORGANIZATION', name: textAt(found, 'name') ?? organization }]),
    ...(seen.length > 0 ? seen : [environment ?? { id: environmentId }]).map(asScope('ENVIRONMENT')),
    ...(await allListed(call, populations)).map(asScope('POPULATION')),
  ];
}

function appliesTo(role: Json, { type }: Scope): boolean {
  const types = valueAt(role, 'applicableTo');
  return Array.isArray(types) && types.includes(type);
}

function available(role: Json, { id, type, name }: Scope, environmentId: string): JsonObject {
  const roleId = textAt(role, 'id') ?? '';
  return { id: `${id}:${type}:${roleId}`, name: `${type} - ${name}: ${textAt(role, 'name') ?? roleId}`, role: { id: roleId }, scope: { id, type }, environment: { id: environmentId } };
}
