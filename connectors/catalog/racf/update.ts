import { Attribute, GROUP, Uid } from '../../../protocol/model/index.js';
import type { Call, UpdateRequest } from '../../framework/spi.js';
import { accountObject } from './account-object.js';
import { updateCommands } from './account-plan.js';
import { textsOf } from './attributes/given-values.js';
import { word } from './attributes/operand-values.js';
import { ENCRYPTION_TYPES } from './attributes/segment-attributes.js';
import { carryOut, type RacfSession } from './connection.js';
import { groupObject } from './group-object.js';
import { groupCommands } from './group-plan.js';
import { membershipsOf } from './memberships.js';
import type { UserListing } from './output/list-user.js';
import { profileClass, requireGroup, requireUser } from './profiles.js';
import { TsoCommand } from './tso/command.js';

/** Reads the profile, and runs what it takes to make it as asked: one command for most changes, none where nothing changes. */
export async function update(session: RacfSession, request: UpdateRequest, call: Call): Promise<Uid> {
  const { uid, attributes } = request;
  if (profileClass(request.objectClass) === GROUP) {
    const group = await requireGroup(session, uid.value, call.signal);
    await carryOut(session, groupCommands(group.group, attributes, group, session.segments), call.signal);
    return new Uid(group.group);
  }
  const user = await requireUser(session, uid.value, call.signal);
  await carryOut(session, updateCommands(user, attributes, session.segments), call.signal);
  return new Uid(user.userId);
}

/** `__GROUP__` with what the account has already, since an update replaces the list; other lists of RACF only ever grow. */
function withHeld(user: UserListing, attribute: Attribute): Attribute {
  if (attribute.is('__GROUP__')) return new Attribute('__GROUP__', [...user.connections.map(({ group }) => group), ...(attribute.values ?? [])]);
  if (attribute.is('ATTRIBUTES')) return new Attribute('ATTRIBUTES', [...user.attributes, ...(attribute.values ?? [])]);
  return attribute;
}

export async function addValues(session: RacfSession, request: UpdateRequest, call: Call): Promise<Uid> {
  if (profileClass(request.objectClass) === GROUP) return update(session, request, call);
  const user = await requireUser(session, request.uid.value, call.signal);
  await carryOut(session, updateCommands(user, request.attributes.map((attribute) => withHeld(user, attribute)), session.segments), call.signal);
  return new Uid(user.userId);
}

/** What is left of a list without some values; clears it when nothing is. */
function without(held: Attribute | undefined, taken: Attribute): Attribute {
  const gone = new Set(textsOf(taken).map((text) => text.trim().toUpperCase()));
  const left = (held?.values ?? []).filter((value) => !((typeof value === 'string' || typeof value === 'number') && gone.has(String(value).toUpperCase())));
  return new Attribute(taken.name, left.length === 0 ? null : left);
}

const groupsWithout = (user: UserListing, taken: Attribute): Attribute => {
  const gone = new Set(membershipsOf(taken).map(({ group }) => group));
  return new Attribute('__GROUP__', user.connections.map(({ group }) => group).filter((group) => !gone.has(group)));
};

/** Lists of RACF take values away by operands of their own: NOCLAUTH, and a NO before an encryption type. */
function removal(user: UserListing, object: ReturnType<typeof accountObject>, taken: Attribute): Attribute | TsoCommand {
  if (taken.is('__GROUP__')) return groupsWithout(user, taken);
  if (taken.is('CLAUTH')) return new TsoCommand('ALTUSER', user.userId, [`NOCLAUTH(${textsOf(taken).map((text) => word(8)(text, 'CLAUTH')).join(' ')})`]);
  if (taken.is('KERB_ENCRYPT')) return new Attribute('KERB_ENCRYPT', textsOf(taken).map((text) => text.trim().toUpperCase()).map((type) => ((ENCRYPTION_TYPES as readonly string[]).includes(type) ? `NO${type}` : type)));
  return without(object.get(taken.name), taken);
}

export async function removeValues(session: RacfSession, request: UpdateRequest, call: Call): Promise<Uid> {
  if (profileClass(request.objectClass) === GROUP) {
    const group = await requireGroup(session, request.uid.value, call.signal);
    const object = groupObject(group);
    const left = request.attributes.map((taken) => without(object.get(taken.name), taken));
    await carryOut(session, groupCommands(group.group, left, group, session.segments), call.signal);
    return new Uid(group.group);
  }
  const user = await requireUser(session, request.uid.value, call.signal);
  const object = accountObject(user, { groupDetails: false, asked: undefined });
  const parts = request.attributes.map((taken) => removal(user, object, taken));
  const attributes = parts.filter((part) => part instanceof Attribute);
  const commands = parts.filter((part) => part instanceof TsoCommand);
  await carryOut(session, [...commands, ...updateCommands(user, attributes, session.segments)], call.signal);
  return new Uid(user.userId);
}

