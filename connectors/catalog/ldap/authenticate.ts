import { ConnectorError, IcfArray, Uid, type OperationOptions } from '../../../protocol/model/index.js';
import type { AuthenticateRequest, Call, ResolveUsernameRequest } from '../../framework/spi.js';
import { searchBelow } from './base-search.js';
import type { LdapConfig } from './config.js';
import type { LdapSession } from './connection.js';
import type { Entry } from './directory/contract.js';
import { sameDn } from './dn.js';
import { classFilter } from './filter.js';
import { andFilter, equalsFilter, orFilter } from './filter-value.js';
import { searchBases, uidTextOf, withUidAttribute } from './find-entry.js';

/** Operation option of the Java connector: attributes to look up the user name in, instead of accountUserNameAttributes. */
const USER_NAME_ATTRIBUTES_OPTION = 'ldap_uid_attributes';

function userNameAttributes(config: LdapConfig, options: OperationOptions): readonly string[] {
  const option = options.entries.get(USER_NAME_ATTRIBUTES_OPTION);
  const named = option instanceof IcfArray ? option.items.filter((item) => typeof item === 'string') : [];
  const attributes = named.length > 0 ? named : config.accountUserNameAttributes;
  if (attributes.length === 0) throw new ConnectorError('configuration', 'accountUserNameAttributes is empty: name the attributes that hold user names, e.g. uid.');
  return attributes;
}

/**
 * The entry a user name belongs to, by any of the user name attributes. Undefined when there is none; throws
 * connectorSecurity when there are several, since any of them might be meant.
 */
export async function findAccount(session: LdapSession, objectClass: string, username: string, options: OperationOptions, signal: AbortSignal): Promise<Entry | undefined> {
  const { directory, config } = session;
  if (username.trim() === '') return undefined;
  const attributes = withUidAttribute(session, []);
  const filter = andFilter(classFilter(objectClass, config), orFilter(userNameAttributes(config, options).map((attribute) => equalsFilter(attribute, username))));
  let found: Entry | undefined;
  for (const base of await searchBases(session, signal)) {
    for await (const entry of searchBelow(session, { base, filter, attributes, limit: 2 }, signal)) {
      if (found !== undefined && !sameDn(found.dn, entry.dn)) throw new ConnectorError('connectorSecurity', `The user name "${username}" is ambiguous at ${directory.url}: "${found.dn}" and "${entry.dn}" both have it.`);
      found = entry;
    }
  }
  return found;
}

function uidOf(session: LdapSession, entry: Entry): Uid {
  const uid = uidTextOf(session, entry);
  if (uid === undefined) throw new ConnectorError('configuration', `"${entry.dn}" at ${session.directory.url} shows no ${session.config.uidAttribute}. Correct uidAttribute or the access rules.`);
  return new Uid(uid);
}

function unknownUser(session: LdapSession, username: string): ConnectorError {
  return new ConnectorError('invalidCredential', `No account with the user name "${username}" was found at ${session.directory.url}.`);
}

/**
 * Finds the entry of a user name and binds as it. Throws invalidCredential (unknown, wrong or empty password, locked),
 * passwordExpired with the uid (expired, or reset and to be changed first), connectorSecurity (ambiguous name).
 */
export async function authenticate(session: LdapSession, request: AuthenticateRequest, call: Call): Promise<Uid> {
  const { directory, config } = session;
  // Servers answer a bind without a password as to anybody (RFC 4513 section 5.1.2): it proves nothing.
  if (request.password.reveal() === '') throw new ConnectorError('invalidCredential', `The password of "${request.username}" is empty.`);
  const entry = await findAccount(session, request.objectClass, request.username, request.options, call.signal);
  if (entry === undefined) throw unknownUser(session, request.username);
  const uid = uidOf(session, entry);
  const outcome = await directory.checkPassword(entry.dn, request.password, call.signal).catch((error: unknown) => {
    if (!(error instanceof ConnectorError) || error.kind !== 'passwordExpired') throw error;
    throw new ConnectorError('passwordExpired', error.message, { cause: error.cause, uid });
  });
  if (outcome.mustChange && config.respectResourcePasswordPolicyChangeAfterReset) {
    throw new ConnectorError('passwordExpired', `The password of "${entry.dn}" at ${directory.url} was reset and has to be changed first.`, { uid });
  }
  return uid;
}

/** The uid of a user name, without a password. Throws invalidCredential when there is none, as the Java connector does. */
export async function resolveUsername(session: LdapSession, request: ResolveUsernameRequest, call: Call): Promise<Uid> {
  const entry = await findAccount(session, request.objectClass, request.username, request.options, call.signal);
  if (entry === undefined) throw unknownUser(session, request.username);
  return uidOf(session, entry);
}
