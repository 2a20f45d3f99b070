import { isJsonObject, listed, textAt, type ClassQuery, type JsonObject, type ListEndpoint, type RestCall } from '../../engines/rest/index.js';
import { setPaging } from './accounts.js';

/** https://developers.docusign.com/docs/esign-rest-api/reference/usergroups/groups/list/ */
export const groupList: ListEndpoint = { request: 'GET /restapi/v2.1/accounts/{account}/groups', items: 'groups', pageSize: 100, paging: setPaging };

/** Searches show a group's profile to those who name it, as the Java connector's do not show it at all; reads show it to everybody. */
export const SHOWN_PROFILE = 'shownProfile';
const withProfile = (group: JsonObject): JsonObject => ({ ...group, [SHOWN_PROFILE]: group['permissionProfileId'] ?? null });

export async function profileWhereNamed(_: RestCall, group: JsonObject, { options, wants }: ClassQuery): Promise<JsonObject> {
  return options.attributesToGet !== undefined && wants('permissionProfileId') ? withProfile(group) : group;
}

/** The API gives no group by its id. */
export async function readGroup(call: RestCall, uid: string): Promise<JsonObject | undefined> {
  for await (const page of listed(call, groupList)) {
    const found = page.filter(isJsonObject).find((each) => textAt(each, 'groupId') === uid);
    if (found !== undefined) return withProfile(found);
  }
  return undefined;
}
