import { Attribute, attributeKey, type IcfValue, type Uid } from '../../../../protocol/model/index.js';
import type { Call, UpdateRequest } from '../../../framework/spi.js';
import { equalValues } from '../../../framework/value-comparison.js';
import type { DatabaseSession } from '../connection/mongo-session.js';
import type { ValueChange } from '../documents/change-values.js';
import { CODE, serverCode } from '../errors.js';
import { listField } from './principal-fields.js';
import type { PrincipalKind } from './principal-kind.js';
import { readPrincipal } from './read-principals.js';
import { change as runChange, noPrincipal, requirePrincipal, updatePrincipal } from './write-principals.js';

const EXACT = { ignoreCase: false };

/** The server's own command for one list; undefined where it has none. */
function commandFor(kind: PrincipalKind, field: string | undefined, change: ValueChange): string | undefined {
  if (field === 'roles') return change === 'add' ? kind.grantRoles : kind.revokeRoles;
  if (field === 'privileges') return change === 'add' ? 'grantPrivilegesToRole' : 'revokePrivilegesFromRole';
  return undefined;
}

/**
 * Adds or removes roles or privileges by the server's own commands, which lose nothing others grant meanwhile; anything else, or
 * several attributes at once, by reading, merging and one command that replaces.
 */
export async function changePrincipalValues(session: DatabaseSession, kind: PrincipalKind, request: UpdateRequest, change: ValueChange, call: Call): Promise<Uid> {
  const { uid, attributes } = request;
  const [only] = attributes;
  const field = only === undefined ? undefined : kind.lists.get(attributeKey(only.name));
  const command = attributes.length === 1 ? commandFor(kind, field, change) : undefined;
  if (only === undefined || field === undefined || command === undefined) return byMerging(session, kind, request, change, call);
  const values = listField(session, field, only);
  if (kind.noun === 'role' || values.length === 0) await requirePrincipal(session, kind, uid, call);
  if (values.length === 0) return uid;
  try {
    await runChange(session, { [command]: uid.value, [field]: values }, call);
  } catch (error) {
    throw serverCode(error) === CODE.userNotFound ? noPrincipal(session, kind, uid) : error;
  }
  return uid;
}

async function byMerging(session: DatabaseSession, kind: PrincipalKind, request: UpdateRequest, change: ValueChange, call: Call): Promise<Uid> {
  const held = await readPrincipal(session, kind, request.uid.value, true, call.signal);
  if (held === undefined) throw noPrincipal(session, kind, request.uid);
  const attributes = request.attributes.map(({ name, values }) => {
    const field = kind.lists.get(attributeKey(name)) ?? name;
    const stored = held[field] as unknown;
    const before = Array.isArray(stored) ? stored.map((item) => session.reader.read(item)) : [];
    const asked = kind.lists.has(attributeKey(name)) ? listField(session, field, { name, values }).map((item) => session.reader.read(item)) : values ?? [];
    return new Attribute(name, merged(before, asked, change));
  });
  return updatePrincipal(session, kind, { ...request, attributes }, call);
}

function merged(before: readonly IcfValue[], asked: readonly IcfValue[], change: ValueChange): readonly IcfValue[] {
  const has = (list: readonly IcfValue[], value: IcfValue): boolean => list.some((item) => equalValues(item, value, EXACT));
  return change === 'remove' ? before.filter((value) => !has(asked, value)) : asked.reduce((list, value) => (has(list, value) ? list : [...list, value]), before);
}
