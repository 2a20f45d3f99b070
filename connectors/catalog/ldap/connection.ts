import type { ConnectorLog, OpenContext } from '../../framework/spi.js';
import type { LdapConfig } from './config.js';
import type { Directory } from './directory/contract.js';
import { openDirectory } from './directory/open-directory.js';
import { toldDirectory } from './directory/told-directory.js';

/** One bound connection with its configuration: what every operation works with. */
export interface LdapSession {
  readonly directory: Directory;
  readonly config: LdapConfig;
  readonly log: ConnectorLog;
}

/** Connects and binds; see `openDirectory` for what it rejects with. */
export async function open(config: LdapConfig, context: OpenContext): Promise<LdapSession> {
  const directory = await openDirectory(config, context.log, context.signal, context.trustedCertificates, context.permitTarget);
  const { traffic, log } = context;
  return { directory: traffic?.native === undefined ? directory : toldDirectory(directory, (request) => traffic.native?.(request)), config, log };
}

export async function close(session: LdapSession): Promise<void> {
  await session.directory.close();
}

export async function isAlive(session: LdapSession, signal: AbortSignal): Promise<boolean> {
  return await session.directory.isAlive(signal);
}
