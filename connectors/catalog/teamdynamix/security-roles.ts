import { isJsonObject, listed, type Json, type ObjectList, type RestCall } from '../../engines/rest/index.js';
import type { Paging } from '../../engines/rest/paging/paging.js';
import { securityRole } from './schema.js';

const KEPT_FOR = 10 * 60_000;
/** Types of applications that have no security roles of their own (TeamDynamix.Api.Apps.OrgApplication.Type). */
const WITHOUT_ROLES: ReadonlySet<Json | undefined> = new Set(['Standard', 'External']);

async function applicationsWithRoles(call: RestCall, signal: AbortSignal): Promise<readonly number[]> {
  const found: number[] = [];
  for await (const part of listed(call, { request: 'GET /applications', kind: 'GET applications' }, { signal })) {
    for (const each of part) if (isJsonObject(each) && typeof each['AppID'] === 'number' && !WITHOUT_ROLES.has(each['Type'])) found.push(each['AppID']);
  }
  return found.sort((one, other) => one - other);
}

/** One search gives the roles of one application, and 0 the global ones (TeamDynamix.Api.Roles.SecurityRoleSearch.AppID). */
function byApplication(applications: readonly number[]): Paging {
  const at = (position: Json | undefined): number => (typeof position === 'number' ? position : 0);
  return { request: (position) => ({ query: { AppID: at(position) } }), after: ({ position }) => applications.find((id) => id > at(position)) };
}

/** https://solutions.teamdynamix.com/TDWebApi/Home/section/SecurityRoles (POST api/securityroles/search) */
export async function securityRoles(call: RestCall): Promise<ObjectList> {
  const applications = await call.cached('applications with roles', KEPT_FOR, (signal) => applicationsWithRoles(call, signal));
  return {
    request: 'POST /securityroles/search', kind: 'POST securityroles/search', json: ({ AppID: id }) => ({ AppID: Number(id) }), paging: byApplication(applications), whole: {},
    gives: Object.keys(securityRole).filter((name) => name !== 'Permissions'),
  };
}
