import { ConnectorError } from '../../../../protocol/model/index.js';
import { systemErrorKind } from '../../../framework/facade/translate-error.js';
import type { OpenContext } from '../../../framework/spi.js';
import type { DriverConnection } from '../driver-connection.js';
import { driverOptions, type DriverOptions } from '../driver-options.js';
import { warnOfExposure, type Protection } from '../exposure.js';
import type { JdbcAddress, Server } from '../jdbc-address.js';
import type { SqlSettings } from '../settings.js';
import { translateSqlError } from '../sql-errors.js';

/** What one attempt to connect to one server gets. */
export interface Attempt {
  readonly address: JdbcAddress;
  readonly server: Server;
  readonly options: DriverOptions;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Milliseconds. */
  readonly connectTimeout: number;
  readonly context: OpenContext;
}

const CONNECT_TIMEOUT = 30_000;

/** What a driver has opened. */
export interface Opened {
  readonly connection: DriverConnection;
  readonly protection: Protection;
}

type Open = (attempt: Attempt) => Promise<Opened>;

/** Loads the driver the address asks for, and no other. */
async function loaded({ dialect }: JdbcAddress): Promise<Open> {
  switch (dialect) {
    case 'postgresql': return (await import('./postgresql.js')).open;
    case 'mysql':
    case 'mariadb': return (await import('./mysql.js')).open;
    case 'sqlserver': return (await import('./sqlserver.js')).open;
    case 'oracle': return (await import('./oracle.js')).open;
    case 'hana': return (await import('./hana.js')).open;
    case 'embedded': return (await import('./embedded.js')).open;
  }
}

/** The servers are tried in their order; the first that answers is taken. What is wrong with the login ends it at once. */
export async function openDriver(address: JdbcAddress, settings: SqlSettings, context: OpenContext): Promise<DriverConnection> {
  const open = await loaded(address);
  const options = driverOptions(address, settings);
  const servers: readonly Server[] = address.servers.length === 0 ? [{ host: '', port: 0 }] : address.servers;
  let failure: unknown;
  for (const server of servers) {
    context.signal.throwIfAborted();
    const attempt: Attempt = {
      address, server, options,
      user: present(settings.user) ?? options.get('user') ?? options.get('username'),
      password: present(settings.password) ?? options.get('password'),
      connectTimeout: settings.connectTimeout ?? CONNECT_TIMEOUT,
      context,
    };
    try {
      const { connection, protection } = await abortable(open(attempt), context.signal);
      await warnOfExposure(address, server, protection, context);
      return connection;
    } catch (error) {
      if (context.signal.aborted || !isUnreachable(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}

function present(text: string | null | undefined): string | undefined {
  return text === null || text === '' ? undefined : text;
}

/** An abort is answered at once; a connection that opens all the same is closed again. */
function abortable(opening: Promise<Opened>, signal: AbortSignal): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
      opening.then((late) => late.connection.close()).catch(() => {});
    };
    signal.addEventListener('abort', onAbort, { once: true });
    opening.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Not there, not answering, full, or not of the kind that is asked for: the next server may be better. */
function isUnreachable(error: unknown): boolean {
  const kind = error instanceof ConnectorError ? error.kind : translateSqlError(error)?.kind ?? systemErrorKind(error);
  return kind === 'connectionFailed' || kind === 'connectionBroken' || kind === 'retryable';
}
