import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../support/free-ports.js';
import { secret } from '../support/secret-values.js';
import { ListeningServer } from './listening-server.js';
import { issueTlsFiles, type TlsFiles } from './tls-files.js';

const PROGRAM = join(import.meta.dirname, '../../var/ferretdb/ferretdb');
const ADMIN = 'myUserAdmin';
const PASSWORD = secret('password of the FerretDB administrator');

/** A server of its own for tests, with an administrator in the database `admin`; `stop` removes it all. */
export interface FerretDb {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Speaks TLS, with a certificate for `localhost`. */
  readonly tlsPort: number;
  readonly tls: TlsFiles;
  readonly user: string;
  readonly password: string;
  /** Stops the server without cleaning up; `resume` starts it again on the same ports. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * FerretDB 1.24, which speaks MongoDB's protocol over SQLite: documents, and users without roles. It has no roles, no change streams, no
 * Decimal128, and none of the commands' parts `customData` of users and `filter` of usersInfo. scripts/ferretdb.mjs builds it.
 */
export async function startFerretDb(): Promise<FerretDb> {
  if (!existsSync(PROGRAM)) throw new Error('FerretDB is not built: run node scripts/ferretdb.mjs');
  const directory = await mkdtemp(join(tmpdir(), 'causeway-ferretdb-'));
  const [port, tlsPort] = await freePorts(2) as [number, number];
  const tls = await issueTlsFiles(directory, ['localhost']);
  const server = new ListeningServer(PROGRAM, [
    '--handler=sqlite', `--sqlite-url=file:${directory}/`, `--state-dir=${directory}`, `--listen-addr=127.0.0.1:${port}`, '--debug-addr=-', '--telemetry=disable', '--log-level=ERROR',
    `--listen-tls=127.0.0.1:${tlsPort}`, `--listen-tls-cert-file=${tls.certificateFile}`, `--listen-tls-key-file=${tls.keyFile}`,
    '--test-enable-new-auth', '--setup-database=admin', `--setup-username=${ADMIN}`, `--setup-password=${PASSWORD}`,
  ], port);
  await server.start();
  return {
    name: 'FerretDB 1.24.0 over SQLite', host: '127.0.0.1', port, tlsPort, tls, user: ADMIN, password: PASSWORD,
    pause: () => server.stop('SIGKILL'),
    resume: () => server.start(),
    stop: async () => {
      await server.stop('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}
