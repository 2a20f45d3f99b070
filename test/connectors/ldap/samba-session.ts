import { search } from '../../../connectors/catalog/ldap/search.js';
import type { LdapConfig } from '../../../connectors/catalog/ldap/config.js';
import { create } from '../../../connectors/catalog/ldap/create.js';
import { remove } from '../../../connectors/catalog/ldap/delete.js';
import { openDirectory } from '../../../connectors/catalog/ldap/directory/open-directory.js';
import { sync } from '../../../connectors/catalog/ldap/sync/index.js';
import { update } from '../../../connectors/catalog/ldap/update.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, IcfArray, OPTION, OperationOptions, Uid, type ConnectorObject, type Filter, type IcfValue, type SyncDelta, type SyncToken } from '../../../protocol/model/index.js';
import type { Samba } from '../../targets/samba.js';
import { LogKeeper, ldapConfig, quiet } from './ldap-config.js';
import { attributes, call, request, type TestSession } from './session.js';

type Values = Parameters<typeof ldapConfig>[0];
type Given = Readonly<Record<string, IcfValue>>;

/** The configuration of the sample for Active Directory, for a started server, bound as its administrator over LDAPS. */
export function adConfig(server: Samba, values: Values = {}): LdapConfig {
  return ldapConfig({
    host: server.host, port: server.tlsPort, ssl: true, principal: server.adminName, credentials: new GuardedString(server.adminPassword),
    baseContexts: [server.baseDn], uidAttribute: 'objectGUID', passwordAttribute: 'unicodePwd', groupMemberAttribute: 'member', accountUserNameAttributes: ['sAMAccountName'],
    accountObjectClasses: ['top', 'person', 'organizationalPerson', 'user'], groupObjectClasses: ['top', 'group'], referralsHandling: 'ignore', useBlocks: true, usePagedResultControl: true, ...values,
  });
}

export async function openAd(server: Samba, values: Values = {}): Promise<TestSession> {
  const log = new LogKeeper();
  const config = adConfig(server, values);
  const directory = await openDirectory(config, log, quiet(), [server.ca]);
  return { directory, config, log, close: () => directory.close() };
}

export async function add(session: TestSession, dn: string, values: Given = {}, objectClass = ACCOUNT): Promise<Uid> {
  return await create(session, request(objectClass, { attributes: attributes({ dn, ...values }) }), call());
}

export async function addGroup(session: TestSession, dn: string, values: Given = {}): Promise<Uid> {
  return await add(session, dn, values, GROUP);
}

export async function put(session: TestSession, uid: Uid, values: Given, objectClass = ACCOUNT): Promise<Uid> {
  return await update(session, request(objectClass, { uid, attributes: attributes(values) }), call());
}

export async function drop(session: TestSession, uid: Uid, objectClass = ACCOUNT): Promise<void> {
  await remove(session, request(objectClass, { uid }), call());
}

export async function find(session: TestSession, filter: Filter | undefined, asked?: readonly string[], objectClass = ACCOUNT): Promise<ConnectorObject[]> {
  const options = OperationOptions.of(asked === undefined ? {} : { [OPTION.attributesToGet]: new IcfArray('String', [...asked]) });
  const objects: ConnectorObject[] = [];
  for await (const object of search(session, { objectClass, filter, options }, call())) objects.push(object);
  return objects;
}

/** The object of a uid, as JSON would show it: one value, a list, or null for none. */
export async function get(session: TestSession, uid: Uid, asked?: readonly string[], objectClass = ACCOUNT): Promise<Record<string, unknown>> {
  const [object] = await find(session, { kind: 'equals', attribute: new Uid(uid.value) }, asked, objectClass);
  if (object === undefined) throw new Error(`There is no ${uid.value}.`);
  return Object.fromEntries(object.attributes.map(({ name, values }) => [name, values === null || values.length === 0 ? null : values.length === 1 ? values[0] : values]));
}

export const equals = (name: string, ...values: IcfValue[]): Filter => ({ kind: 'equals', attribute: new Attribute(name, values) });

export interface SyncRun { readonly deltas: readonly SyncDelta[]; readonly token: SyncToken }

export async function changesSince(session: TestSession, token: SyncToken | null, objectClass = ACCOUNT): Promise<SyncRun> {
  const changes = sync(session, { objectClass, options: OperationOptions.none, token }, call());
  const deltas: SyncDelta[] = [];
  for (;;) {
    const step = await changes.next();
    if (step.done === true) return { deltas, token: step.value! };
    deltas.push(step.value);
  }
}
