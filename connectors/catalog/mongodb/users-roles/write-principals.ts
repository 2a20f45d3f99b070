import type { Document } from 'mongodb';
import { ConnectorError, NAME, Uid, type Attribute } from '../../../../protocol/model/index.js';
import type { Call, CreateRequest, DeleteRequest, UpdateRequest } from '../../../framework/spi.js';
import { abortable } from '../../../framework/abortable.js';
import type { DatabaseSession } from '../connection/mongo-session.js';
import { CODE, readAs, serverCode } from '../errors.js';
import { requiredName } from '../documents/fields.js';
import { commandFields } from './principal-fields.js';
import type { PrincipalKind } from './principal-kind.js';
import { readPrincipal } from './read-principals.js';

/** Users of this database log in elsewhere and have no password here. */
const EXTERNAL = '$external';

export function noPrincipal(session: DatabaseSession, kind: PrincipalKind, uid: Uid): ConnectorError {
  return new ConnectorError('unknownUid', `The database ${session.database.databaseName} has no ${kind.noun} ${uid.value}.`, { uid, outcome: 'notApplied' });
}

/** Runs a command that changes a user or role; a role it names that is not there is the caller's mistake, not the target's. */
export async function change({ database }: DatabaseSession, command: Document, call: Call): Promise<void> {
  try {
    await abortable(database.command(command), call.signal);
  } catch (error) {
    throw readAs(error, { [CODE.roleNotFound]: (text) => new ConnectorError('invalidAttributeValue', `MongoDB: ${text}. Name roles that exist.`, { outcome: 'notApplied' }) });
  }
}

export async function createPrincipal(session: DatabaseSession, kind: PrincipalKind, { attributes }: CreateRequest, call: Call): Promise<Uid> {
  const name = requiredName(attributes);
  const fields = commandFields(session, kind, attributes);
  if (kind.noun === 'user' && fields['pwd'] === undefined && session.database.databaseName !== EXTERNAL) {
    throw new ConnectorError('invalidAttributeValue', `__PASSWORD__ is missing: the user ${name} needs a password.`, { outcome: 'notApplied' });
  }
  const required = kind.noun === 'user' ? { roles: [] } : { privileges: [], roles: [] };
  await change(session, { [kind.create]: name, ...required, ...fields }, call);
  return new Uid(name);
}

function requireSameName(kind: PrincipalKind, uid: Uid, attributes: readonly Attribute[]): void {
  const name = attributes.find((attribute) => attribute.name === NAME);
  if (name === undefined || name.values?.[0] === uid.value) return;
  throw new ConnectorError('invalidAttributeValue', `MongoDB cannot rename the ${kind.noun} ${uid.value}: create another one and delete this one.`, { outcome: 'notApplied' });
}

/** Everything in one command. */
export async function updatePrincipal(session: DatabaseSession, kind: PrincipalKind, { uid, attributes }: UpdateRequest, call: Call): Promise<Uid> {
  requireSameName(kind, uid, attributes);
  const fields = commandFields(session, kind, attributes);
  // A role that is missing and a role that is to be inherited and is missing fail alike.
  if (kind.noun === 'role' || Object.keys(fields).length === 0) await requirePrincipal(session, kind, uid, call);
  if (Object.keys(fields).length === 0) return uid;
  try {
    await change(session, { [kind.update]: uid.value, ...fields }, call);
  } catch (error) {
    throw serverCode(error) === CODE.userNotFound ? noPrincipal(session, kind, uid) : error;
  }
  return uid;
}

export async function requirePrincipal(session: DatabaseSession, kind: PrincipalKind, uid: Uid, call: Call): Promise<Document> {
  const found = await readPrincipal(session, kind, uid.value, false, call.signal);
  if (found === undefined) throw noPrincipal(session, kind, uid);
  return found;
}

export async function deletePrincipal(session: DatabaseSession, kind: PrincipalKind, { uid }: DeleteRequest, call: Call): Promise<void> {
  try {
    await abortable(session.database.command({ [kind.drop]: uid.value }), call.signal);
  } catch (error) {
    const code = serverCode(error);
    throw code === CODE.userNotFound || code === CODE.roleNotFound ? noPrincipal(session, kind, uid) : error;
  }
}
