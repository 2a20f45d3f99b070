import { ConnectorError } from '../../../protocol/model/index.js';
import type { SqlDialectName } from './dialect.js';

export interface Server { readonly host: string; readonly port: number }

/** What a JDBC address says. `parameters` by lower-case name: JDBC drivers read theirs without regard to case, or nearly so. */
export interface JdbcAddress {
  readonly dialect: SqlDialectName;
  /** In the order they are tried; empty for the embedded database. */
  readonly servers: readonly Server[];
  readonly database: string | undefined;
  readonly parameters: ReadonlyMap<string, string>;
  /** Named instance of SQL Server, found by its browser service. */
  readonly instance?: string | undefined;
  /** What Oracle's driver takes, after `thin:@`. */
  readonly connectString?: string | undefined;
  /** Directory of the embedded database; undefined with `memory`. */
  readonly directory?: string | undefined;
  /** SQL Server by the jTDS driver, whose defaults are others. */
  readonly isJtds?: boolean;
}

/** The parts never include the address itself: it may hold a password. */
export function refuseAddress(why: string): never {
  throw new ConnectorError('configuration', `The property url is not usable: ${why}`);
}

/** Nothing, where it is empty. */
export function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** Percent-encoding undone, where it is any. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `host`, `host:port`, `[::1]:port`. */
export function serverOf(text: string, port: number): Server {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s/\\()"'=;,]*))(?::(\d{1,5}))?$/i.exec(text);
  if (match === null) refuseAddress(`${JSON.stringify(text)} is no host:port.`);
  const number = match[3] === undefined ? port : Number(match[3]);
  if (number < 1 || number > 65_535) refuseAddress(`${number} is no port.`);
  return { host: given(match[1] ?? match[2] ?? '') ?? 'localhost', port: number };
}
