import type { Document } from 'mongodb';
import { Attribute, ConnectorObject, Name, Uid, attributeKey } from '../../../../protocol/model/index.js';
import { EXACT_VALUES } from '../connection/driver.js';
import type { DatabaseSession } from '../connection/mongo-session.js';
import type { PrincipalKind } from './principal-kind.js';

export interface InfoRequest {
  /** Undefined: all of the database. */
  readonly names?: readonly string[] | undefined;
  /** What is inherited, and restrictions, as well; of users only with names. */
  readonly details: boolean;
  /** Only those behind this name. */
  readonly after?: string | undefined;
}

/** Names in the server's order: by bytes of UTF-8. */
function byName(kind: PrincipalKind): (a: Document, b: Document) => number {
  return (a, b) => Buffer.compare(Buffer.from(String(a[kind.noun])), Buffer.from(String(b[kind.noun])));
}

/** What the server says of users or roles, by name. It answers in one piece: there is no cursor over them. */
export async function readPrincipals({ database }: DatabaseSession, kind: PrincipalKind, { names, details, after }: InfoRequest, signal: AbortSignal): Promise<Document[]> {
  const asked = names?.map((name) => ({ [kind.noun]: name, db: database.databaseName })) ?? 1;
  const answer = await database.command({
    [kind.info]: asked,
    ...(kind.noun === 'role' ? { showPrivileges: true } : {}),
    ...(details ? { showPrivileges: true, showAuthenticationRestrictions: true } : {}),
    ...(after !== undefined && kind.noun === 'user' ? { filter: { user: { $gt: after } } } : {}),
  }, { signal, ...EXACT_VALUES });
  const found = (answer[kind.list] as Document[] | undefined) ?? [];
  const behind = after === undefined ? found : found.filter((principal) => Buffer.compare(Buffer.from(String(principal[kind.noun])), Buffer.from(after)) > 0);
  return behind.sort(byName(kind));
}

export async function readPrincipal(session: DatabaseSession, kind: PrincipalKind, name: string, details: boolean, signal: AbortSignal): Promise<Document | undefined> {
  return (await readPrincipals(session, kind, { names: [name], details }, signal))[0];
}

const NEVER_GIVEN = new Set(['_id', 'credentials']);

/** Whether an attribute that costs more was asked for. */
export function wantsDetails(kind: PrincipalKind, attributesToGet: readonly string[] | undefined): boolean {
  return attributesToGet?.some((name) => kind.onRequest.has(attributeKey(name))) ?? false;
}

/** A user or role as an object: its name is its uid, since the server knows no renaming. */
export function principalObject({ reader }: DatabaseSession, kind: PrincipalKind, objectClass: string, principal: Document, details: boolean): ConnectorObject {
  const name = String(principal[kind.noun]);
  const attributes: Attribute[] = [new Uid(name), new Name(name)];
  for (const [field, value] of Object.entries(principal)) {
    if (field === kind.noun || NEVER_GIVEN.has(field) || value === null || (kind.onRequest.has(attributeKey(field)) && !details)) continue;
    attributes.push(new Attribute(field, Array.isArray(value) ? value.map((item) => reader.read(item)) : [reader.read(value)]));
  }
  return new ConnectorObject(objectClass, attributes);
}
