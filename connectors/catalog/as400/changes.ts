import { ConnectorError, GROUP, NAME, Uid, findAttribute } from '../../../protocol/model/index.js';
import { isCleared } from '../../framework/given-values.js';
import type { Call, CreateRequest, DeleteRequest, UpdateRequest } from '../../framework/spi.js';
import { singleText } from './attributes/given-values.js';
import { ClCommand, profileName } from './cl/command.js';
import { changeCommand, creationCommand } from './profile-plan.js';
import { profileClass, requireProfile } from './search.js';
import { run, type As400Session } from './session.js';

function requireAccount(objectClass: string): void {
  if (profileClass(objectClass) === GROUP) throw new ConnectorError('unsupportedOperation', 'Group profiles of an IBM i can be read, and not be changed, by this connector.', { outcome: 'notApplied' });
}

export async function create(session: As400Session, request: CreateRequest, call: Call): Promise<Uid> {
  requireAccount(request.objectClass);
  const given = findAttribute(request.attributes, NAME);
  if (given === undefined || isCleared(given)) throw new ConnectorError('invalidAttributeValue', 'A user profile of an IBM i needs __NAME__.', { outcome: 'notApplied' });
  const profile = profileName(singleText(given), NAME);
  await run(session, creationCommand(profile, request.attributes), call.signal);
  return new Uid(profile);
}

export async function update(session: As400Session, request: UpdateRequest, call: Call): Promise<Uid> {
  requireAccount(request.objectClass);
  const current = await requireProfile(session, request.uid.value, call.signal);
  const command = changeCommand(current, request.attributes);
  if (command !== undefined) await run(session, command, call.signal);
  return new Uid(current.name);
}

/** DLTUSRPRF with its defaults: a profile that owns objects is not deleted. */
export async function remove(session: As400Session, request: DeleteRequest, call: Call): Promise<void> {
  requireAccount(request.objectClass);
  const { name } = await requireProfile(session, request.uid.value, call.signal);
  await run(session, new ClCommand('DLTUSRPRF', name), call.signal);
}
