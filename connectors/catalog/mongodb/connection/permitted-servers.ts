import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import type { MongoClient, MongoClientOptions } from 'mongodb';
import type { ConnectorLog } from '../../../framework/spi.js';
import { ConnectorError, type PermitTarget } from '../../../../protocol/model/index.js';
import { serverAddress, type ServerAddress } from './connection-uri.js';

type Lookup = NonNullable<MongoClientOptions['lookup']>;

const keyOf = (address: ServerAddress): string => ('path' in address ? address.path : `${address.host.toLowerCase()}:${address.port}`);

/**
 * Asks whether the driver may go to members of a cluster the configuration does not name. A host name is not looked up before it is
 * permitted. An IP address needs no look-up: its client is closed as soon as it is refused, before a login goes there, since the
 * driver opens connections that log in only after a first answer to one that does not.
 */
export class PermittedServers {
  readonly #permit: PermitTarget;
  readonly #named: ReadonlySet<string>;
  readonly #log: ConnectorLog;
  readonly #asked = new Map<string, Promise<void>>();
  readonly #ports = new Map<string, Set<number>>();
  #refusal: Error | undefined;

  constructor(permit: PermitTarget, named: readonly ServerAddress[], log: ConnectorLog) {
    this.#permit = permit;
    this.#named = new Set(named.map(keyOf));
    this.#log = log;
  }

  /** Throws what the policy said against a server, once it has. */
  check(): void {
    if (this.#refusal !== undefined) throw this.#refusal;
  }

  /** For the driver's sockets. */
  readonly lookup: Lookup = (hostname, options, callback) => {
    const ports = [...this.#ports.get(hostname.toLowerCase()) ?? []];
    Promise.all(ports.map((port) => this.#ask({ host: hostname, port }))).then(
      () => { lookup(hostname, options, callback); },
      (error: unknown) => { callback(error as NodeJS.ErrnoException, '', 0); },
    );
  };

  watch(client: MongoClient): void {
    client.on('serverOpening', ({ address }) => {
      let server: ServerAddress;
      try {
        server = serverAddress(address);
      } catch {
        return;
      }
      if ('path' in server) return;
      const { host, port } = server;
      const ports = this.#ports.get(host.toLowerCase()) ?? new Set();
      this.#ports.set(host.toLowerCase(), ports.add(port));
      this.#ask(server).catch((error: unknown) => {
        if (isIP(host) !== 0 && error instanceof Error) this.#refusal ??= error;
        this.#log.warn({ host, port }, 'A member of the MongoDB cluster is not among the targets this agent may go to; it is left out.');
        if (isIP(host) !== 0) client.close(true).catch(() => undefined);
      });
    });
  }

  #ask(server: ServerAddress): Promise<void> {
    const key = keyOf(server);
    if (this.#named.has(key)) return Promise.resolve();
    const known = this.#asked.get(key);
    if (known !== undefined) return known;
    const answer = this.#permit(server).catch((error: unknown) => {
      throw error instanceof ConnectorError ? error : new ConnectorError('permissionDenied', `The agent may not go to ${key}, a member of the MongoDB cluster.`, { cause: error });
    });
    this.#asked.set(key, answer);
    return answer;
  }
}
