import { ConnectorError, GROUP, NAME, Uid, findAttribute, type Attribute } from '../../../protocol/model/index.js';
import { folded, isCleared } from '../../framework/given-values.js';
import type { Call, CreateRequest } from '../../framework/spi.js';
import { creationCommands } from './account-plan.js';
import { singleText } from './attributes/given-values.js';
import { carryOut, type RacfSession } from './connection.js';
import { groupCommands } from './group-plan.js';
import { profileClass } from './profiles.js';
import { profileName } from './tso/command.js';

function required(attributes: readonly Attribute[], name: string, what: string): string {
  const attribute = findAttribute(attributes, name);
  if (attribute === undefined || isCleared(attribute)) {
    throw new ConnectorError('invalidAttributeValue', `A RACF ${what} needs ${name}.`, { outcome: 'notApplied' });
  }
  return singleText(attribute);
}

/** The ID, which is given twice: as userId or GID, and as the name. */
function newId(attributes: readonly Attribute[], idAttribute: string, what: string): string {
  const id = profileName(required(attributes, idAttribute, what), idAttribute);
  const name = required(attributes, NAME, what);
  if (folded(name) !== id) {
    throw new ConnectorError('invalidAttributeValue', `A RACF ${what} has one ID: __NAME__ is "${name}" and ${idAttribute} is "${id}". Give both the same value.`, { outcome: 'notApplied' });
  }
  return id;
}

export async function create(session: RacfSession, request: CreateRequest, call: Call): Promise<Uid> {
  const { attributes } = request;
  if (profileClass(request.objectClass) === GROUP) {
    const group = newId(attributes, 'GID', 'group');
    await carryOut(session, groupCommands(group, attributes, undefined, session.segments), call.signal);
    return new Uid(group);
  }
  const userId = newId(attributes, 'userId', 'user');
  await carryOut(session, creationCommands(userId, attributes, session.segments), call.signal);
  return new Uid(userId);
}
