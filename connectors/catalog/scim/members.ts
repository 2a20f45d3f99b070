import type { IcfValue } from '../../../protocol/model/index.js';
import {
  afterwards, elementsAt, isJsonObject, jsonValue, object, refuse, textAt, type Json, type JsonObject, type RestAttribute, type RestCall,
} from '../../engines/rest/index.js';
import { versionOf, type ScimConfig, type Version } from './config.js';
import { patchMessage, setting } from './patch.js';
import { providerOf } from './provider.js';
import { replaceWhole } from './replace.js';

/** Members of one PATCH: services limit its size, AWS to 100 (https://docs.aws.amazon.com/singlesignon/latest/developerguide/limitations.html). */
const AT_ONCE = 100;

interface GroupPlace { readonly version: Version; readonly endpoint: string; readonly schema: string }

/** A member is a map with the id of a resource as its `value`; the id alone will do. */
function memberOf(value: IcfValue): JsonObject {
  const member = jsonValue(value);
  if (typeof member === 'string') return { value: member };
  return isJsonObject(member) && textAt(member, 'value') !== undefined ? member : refuse('A value of members has to be an id, or a map with the id as its value.');
}

const idOf = (member: Json): string => textAt(member, 'value') ?? '';

/** Only groups' members: adding one to a group of 100,000 sends one, and reads none. */
export function membersAttribute(place: GroupPlace): RestAttribute {
  return object({
    multi: true, notes: 'maps of value (an id), type, display; ids alone are taken, too',
    write: (values) => (values ?? []).map(memberOf),
    edit: (call, uid, type, values) => editMembers(call, place, uid, type, values.map(memberOf)),
  });
}

async function editMembers(call: RestCall, place: GroupPlace, uid: string, type: 'ADD' | 'REMOVE', members: readonly JsonObject[]): Promise<void> {
  const provider = await providerOf(call, place.version);
  if (!provider.patches) {
    await replaceWhole(call, place.endpoint, uid, provider, (group) => withMembers(group, type, members));
    return;
  }
  for (let done = 0; done < members.length; done += AT_ONCE) {
    const json = patchBody(call.config as ScimConfig, place, type, members.slice(done, done + AT_ONCE));
    await afterwards(`Of ${members.length} changes of members ${done} were made, then one failed:`, done > 0, () => call.answer(`PATCH /${place.endpoint.slice(1)}/{uid}`, { variables: { uid }, uid, json }));
  }
}

/** RFC 7644, section 3.5.2; SCIM 1.1 protocol, section 3.3.2. */
function patchBody(config: ScimConfig, { schema }: GroupPlace, type: 'ADD' | 'REMOVE', members: readonly JsonObject[]): JsonObject {
  if (versionOf(config) === 1) return { schemas: [schema], members: type === 'ADD' ? members : members.map((member) => ({ value: idOf(member), operation: 'delete' })) };
  if (type === 'ADD') return patchMessage([setting('add', 'members', members, config.usePathForPatchV2)]);
  return patchMessage(members.map((member) => ({ op: 'remove', path: `members[value eq ${JSON.stringify(idOf(member))}]` })));
}

/** Undefined: they are as they should be already. */
function withMembers(group: JsonObject, type: 'ADD' | 'REMOVE', members: readonly JsonObject[]): JsonObject | undefined {
  const held = elementsAt(group, 'members');
  const changed = new Set(members.map(idOf));
  const heldIds = new Set(held.map(idOf));
  const after = type === 'ADD' ? [...held, ...members.filter((member) => !heldIds.has(idOf(member)))] : held.filter((member) => !changed.has(idOf(member)));
  return after.length === held.length ? undefined : { ...group, members: after };
}
