import { ConnectorError, Uid, withOutcome } from '../../../protocol/model/index.js';
import { id, joinSql, sql, type SqlText } from '../../engines/sql/sql-text.js';
import type { Call, CreateRequest, DeleteRequest, UpdateRequest } from '../../framework/spi.js';
import { changeSteps } from './changes.js';
import { isIgnored, type HanaSession } from './connection.js';
import { toConnectorError } from './errors.js';
import { grantable } from './grants.js';
import { requireAccount } from './object-classes.js';
import { refuse, wantedUser, type WantedUser } from './request-values.js';
import { kerberosIdentity, parameters, passwordOption, samlIdentity, validity } from './statements.js';
import { runSteps } from './steps.js';
import { findUser, findUserByName, type HanaUser } from './users.js';

const NOTHING_GRANTED = { roles: [], systemPrivileges: [], applicationPrivileges: [], samlProviders: [] };

/** CREATE USER with everything that fits into it; the rest follows statement by statement. */
function createStatement(name: string, wanted: WantedUser, password: NonNullable<WantedUser['password']>): SqlText {
  const { validFrom = null, validUntil = null } = wanted;
  const set = new Map([...wanted.parameters].filter(([, value]) => value !== null));
  return joinSql([
    sql`CREATE ${wanted.restricted === true ? sql`RESTRICTED ` : sql``}USER ${id(name)} ${passwordOption(password, wanted.passwordChangeNeeded === true)}`,
    ...identities(wanted),
    ...(validFrom === null && validUntil === null ? [] : [validity(validFrom, validUntil)]),
    ...(set.size === 0 ? [] : [parameters(set)]),
  ], ' ');
}

function identities({ samlProviders = [], externalIdentity = null }: WantedUser): SqlText[] {
  const all = [...samlProviders.map(samlIdentity), ...(externalIdentity === null ? [] : [kerberosIdentity(externalIdentity)])];
  return all.length === 0 ? [] : [sql`WITH IDENTITY ${joinSql(all, ' ')}`];
}

/**
 * Creates a user. What it names is looked up first, so that most mistakes leave nothing behind; where a later statement fails,
 * the new user is dropped again, since nobody can have used it yet.
 */
export async function create(session: HanaSession, request: CreateRequest, { signal }: Call): Promise<Uid> {
  requireAccount(request.objectClass, 'create');
  const wanted = wantedUser(request.attributes);
  const { name, password } = wanted;
  if (name === undefined) return refuse('a new user needs USER_NAME (or __NAME__).');
  if (password === undefined) return refuse(`the new user ${name} needs PASSWORD.`);
  if (wanted.readOnly.size > 0) refuse(`${[...wanted.readOnly.keys()].join(', ')} cannot be set: the database does.`);
  if (isIgnored(session, name)) refuse(`the user ${name} is one of ignoreUsers, which this connector does not manage.`, 'permissionDenied');
  const existing = await findUserByName(session, name, signal);
  if (existing !== undefined) refuse(`there is a user ${name} already.`, 'alreadyExists');
  const found = await grantable(session, wanted, NOTHING_GRANTED, signal);
  await session.connection.execute(createStatement(name, wanted, password), signal);
  return await completed(session, name, wanted, found, signal);
}

async function completed(session: HanaSession, name: string, wanted: WantedUser, found: Awaited<ReturnType<typeof grantable>>, signal: AbortSignal): Promise<Uid> {
  try {
    const user = await findUserByName(session, name, signal);
    if (user === undefined) throw new ConnectorError('connector', `SAP HANA: the user ${name} was created, but SYS.USERS does not show it: the user of the connector needs CATALOG READ.`, { outcome: 'applied' });
    await runSteps(session, name, changeSteps(user, wanted, found, true), signal);
    return new Uid(user.id);
  } catch (error) {
    throw await undone(session, name, error, signal);
  }
}

/** The error, with what became of the new user. */
async function undone(session: HanaSession, name: string, error: unknown, signal: AbortSignal): Promise<unknown> {
  const known = toConnectorError(error);
  if (known === undefined || known.outcome === 'applied' || signal.aborted) return error;
  try {
    await session.connection.execute(sql`DROP USER ${id(name)} RESTRICT`, signal);
    return withOutcome(known, 'notApplied', `${known.message} The new user ${name} was dropped again.`);
  } catch {
    return withOutcome(known, 'applied', `${known.message} The user ${name} exists now, incomplete, and could not be dropped again: drop it or update it.`);
  }
}

async function requireUser(session: HanaSession, uid: Uid, signal: AbortSignal): Promise<HanaUser> {
  const user = await findUser(session, uid.value, signal);
  return user ?? refuse(`there is no user with the USER_ID ${uid.value}, or it is one of ignoreUsers.`, 'unknownUid');
}

/** Changes what the request names and nothing else; lists (roles, privileges, providers) end up as they are sent. */
export async function update(session: HanaSession, request: UpdateRequest, { signal }: Call): Promise<Uid> {
  requireAccount(request.objectClass, 'update');
  const wanted = wantedUser(request.attributes);
  const user = await requireUser(session, request.uid, signal);
  const found = await grantable(session, wanted, user, signal);
  await runSteps(session, user.name, changeSteps(user, wanted, found, false), signal);
  return new Uid(user.id);
}

/** RESTRICT: a user that owns tables or other objects is not dropped, since they would go with it. */
export async function remove(session: HanaSession, request: DeleteRequest, { signal }: Call): Promise<void> {
  requireAccount(request.objectClass, 'delete');
  const user = await requireUser(session, request.uid, signal);
  await session.connection.execute(sql`DROP USER ${id(user.name)} RESTRICT`, signal);
}
