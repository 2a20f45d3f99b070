import { ACCOUNT, Attribute, GROUP, Uid, type ConnectorObject } from '../../../protocol/model/index.js';
import { folded, isCleared } from '../../framework/given-values.js';
import type { Call, UpdateRequest } from '../../framework/spi.js';
import { accountObject } from './account-object.js';
import { updateCommands } from './account-plan.js';
import { textsOf } from './attributes/given-values.js';
import { word } from './attributes/operand-values.js';
import { ACCOUNT_SEGMENT_ATTRIBUTES, ENCRYPTION_TYPES, GROUP_SEGMENT_ATTRIBUTES } from './attributes/segment-attributes.js';
import { byName } from './attributes/segment-operands.js';
import { carryOut, type RacfSession } from './connection.js';
import { groupObject } from './group-object.js';
import { groupCommands } from './group-plan.js';
import { addedTo, takenFrom } from './list-changes.js';
import { membershipsOf } from './memberships.js';
import type { UserListing } from './output/list-user.js';
import { profileClass, requireGroup, requireUser } from './profiles.js';
import { TsoCommand } from './tso/command.js';

const TABLES = { [ACCOUNT]: byName(ACCOUNT_SEGMENT_ATTRIBUTES), [GROUP]: byName(GROUP_SEGMENT_ATTRIBUTES) } as const;

/** What a request asks of an account, as attributes to set and commands of their own. */
type UserChange = (user: UserListing, attribute: Attribute) => Attribute | TsoCommand;
type GroupChange = (object: ConnectorObject, attribute: Attribute) => Attribute;

/** Reads the profile, and runs what it takes to make it as asked: one command for most changes, none where nothing changes. */
async function change(session: RacfSession, request: UpdateRequest, call: Call, ofUser: UserChange, ofGroup: GroupChange): Promise<Uid> {
  const { uid, attributes } = request;
  if (profileClass(request.objectClass) === GROUP) {
    const group = await requireGroup(session, uid.value, call.signal);
    const object = groupObject(group);
    await carryOut(session, groupCommands(group.group, attributes.map((attribute) => ofGroup(object, attribute)), group, session.segments), call.signal);
    return new Uid(group.group);
  }
  const user = await requireUser(session, uid.value, call.signal);
  const parts = attributes.map((attribute) => ofUser(user, attribute));
  const commands = parts.filter((part) => part instanceof TsoCommand);
  await carryOut(session, [...commands, ...updateCommands(user, parts.filter((part) => part instanceof Attribute), session.segments)], call.signal);
  return new Uid(user.userId);
}

export function update(session: RacfSession, request: UpdateRequest, call: Call): Promise<Uid> {
  return change(session, request, call, (_user, attribute) => attribute, (_object, attribute) => attribute);
}

const objectOf = (user: UserListing): ConnectorObject => accountObject(user, { groupDetails: false, asked: undefined });

/** With what the account has already where an update replaces it; CLAUTH and KERB_ENCRYPT only ever grow. */
function added(user: UserListing, attribute: Attribute): Attribute {
  if (attribute.is('__GROUP__')) return new Attribute('__GROUP__', [...user.connections.map(({ group }) => group), ...(attribute.values ?? [])]);
  if (attribute.is('ATTRIBUTES')) return new Attribute('ATTRIBUTES', [...user.attributes, ...(attribute.values ?? [])]);
  return attribute.is('KERB_ENCRYPT') ? attribute : addedTo(objectOf(user), attribute, TABLES[ACCOUNT]);
}

export function addValues(session: RacfSession, request: UpdateRequest, call: Call): Promise<Uid> {
  return change(session, request, call, added, (object, attribute) => addedTo(object, attribute, TABLES[GROUP]));
}

/** RACF takes some values away by operands of their own: NOCLAUTH, and a NO before an encryption type. */
function taken(user: UserListing, attribute: Attribute): Attribute | TsoCommand {
  if (attribute.is('__GROUP__') || attribute.is('GROUP')) {
    const gone = new Set(membershipsOf(attribute).map(({ group }) => group));
    return new Attribute('__GROUP__', user.connections.map(({ group }) => group).filter((group) => !gone.has(group)));
  }
  if (attribute.is('CLAUTH')) return new TsoCommand('ALTUSER', user.userId, [`NOCLAUTH(${textsOf(attribute).map((text) => word(8)(text, 'CLAUTH')).join(' ')})`]);
  if (attribute.is('KERB_ENCRYPT')) return new Attribute('KERB_ENCRYPT', textsOf(attribute).map(folded).map((type) => ((ENCRYPTION_TYPES as readonly string[]).includes(type) ? `NO${type}` : type)));
  return takenFrom(objectOf(user), attribute, TABLES[ACCOUNT]);
}

export function removeValues(session: RacfSession, request: UpdateRequest, call: Call): Promise<Uid> {
  const attributes = request.attributes.filter((attribute) => !isCleared(attribute));
  return change(session, { ...request, attributes }, call, taken, (object, attribute) => takenFrom(object, attribute, TABLES[GROUP]));
}
