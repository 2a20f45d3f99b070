import type { Call } from '../../../connectors/framework/spi.js';
import type { LdapConfig } from '../../../connectors/catalog/ldap/config.js';
import type { LdapSession } from '../../../connectors/catalog/ldap/connection.js';
import type { Directory, EntryChange } from '../../../connectors/catalog/ldap/directory/contract.js';
import { openDirectory } from '../../../connectors/catalog/ldap/directory/open-directory.js';
import { Attribute, OperationOptions, type GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { LogKeeper } from './ldap-config.js';

export interface TestSession extends LdapSession {
  readonly log: LogKeeper;
  close(): Promise<void>;
}

export async function openSession(config: LdapConfig): Promise<TestSession> {
  const log = new LogKeeper();
  const directory = await openDirectory(config, log, new AbortController().signal);
  return { directory, config, log, close: () => directory.close() };
}

/** The sessions a test file opens, closed together. */
export class OpenSessions<Values> {
  readonly #open: (values: Values | undefined) => Promise<TestSession>;
  readonly #opened: TestSession[] = [];

  constructor(open: (values: Values | undefined) => Promise<TestSession>) {
    this.#open = open;
  }

  readonly open = async (values?: Values): Promise<TestSession> => {
    const session = await this.#open(values);
    this.#opened.push(session);
    return session;
  };

  async close(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((session) => session.close()));
  }
}

export function sessionOn(directory: Directory, config: LdapConfig): TestSession {
  return { directory, config, log: new LogKeeper(), close: () => directory.close() };
}

export function call(signal = new AbortController().signal): Call {
  return { signal, log: new LogKeeper(), locale: undefined, operationId: 'test' };
}

/** `attributes({ cn: 'a', mail: ['b', 'c'], title: null })` */
export function attributes(values: Readonly<Record<string, IcfValue>>): Attribute[] {
  return Object.entries(values).map(([name, value]) => new Attribute(name, value === null ? null : Array.isArray(value) ? value : [value]));
}

export function request<T extends object>(objectClass: string, rest: T): T & { readonly objectClass: string; readonly options: OperationOptions } {
  return { objectClass, options: OperationOptions.none, ...rest };
}

/** What an entry holds, as text; undefined when it is not there. */
export async function held(session: LdapSession, dn: string, attribute: string): Promise<string[] | undefined> {
  const entry = await session.directory.read(dn, [attribute], new AbortController().signal);
  return entry && (entry.attributes.get(attribute.toLowerCase())?.values ?? []).map((value) => Buffer.from(value).toString('utf8')).sort();
}

export async function addEntry(session: LdapSession, dn: string, values: Readonly<Record<string, string | readonly string[]>>): Promise<void> {
  const list = Object.entries(values).map(([name, value]) => ({ name, values: typeof value === 'string' ? [value] : value }));
  await session.directory.add(dn, list, new AbortController().signal);
}

export async function change(session: LdapSession, dn: string, ...changes: readonly EntryChange[]): Promise<void> {
  await session.directory.modify(dn, changes, new AbortController().signal);
}

export async function canBind(session: LdapSession, dn: string, password: GuardedString): Promise<boolean> {
  return await session.directory.checkPassword(dn, password, new AbortController().signal).then(() => true, () => false);
}
