import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePorts } from '../support/free-ports.js';
import { secret } from '../support/secret-values.js';
import { until } from '../support/until.js';
import { asUser, type DatabaseServer } from './database-server.js';
import { ListeningServer } from './listening-server.js';
import { issueTlsFiles } from './tls-files.js';

const run = promisify(execFile);
const VERSIONS = '/usr/lib/postgresql';
const OWNER = 'postgres';
const PASSWORD = secret('password of the database user');

function programs(): string {
  const newest = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a)).find((version) => existsSync(join(VERSIONS, version, 'bin/postgres'))) : undefined;
  if (newest === undefined) throw new Error('PostgreSQL is not installed. On Debian: apt-get install postgresql');
  return join(VERSIONS, newest, 'bin');
}

/** PostgreSQL with SCRAM logins and TLS, as Debian packages it. */
export async function startPostgresql({ maxConnections = 200 }: { readonly maxConnections?: number } = {}): Promise<DatabaseServer> {
  const bin = programs();
  const directory = await mkdtemp(join(tmpdir(), 'causeway-postgresql-'));
  const [port] = await freePorts(1) as [number];
  const data = join(directory, 'data');
  const tlsDirectory = join(directory, 'tls');
  await mkdir(tlsDirectory);
  const tls = await issueTlsFiles(tlsDirectory, ['localhost']);
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, PASSWORD);
  await chmod(tls.keyFile, 0o600);
  if (process.getuid?.() === 0) await run('chown', ['-R', `${OWNER}:${OWNER}`, directory]);
  const [initdb, initArguments] = asUser(OWNER, join(bin, 'initdb'), ['-D', data, '-U', 'causeway', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C.UTF-8', '-N']);
  await run(initdb, initArguments);
  const [program, argv] = asUser(OWNER, join(bin, 'postgres'), [
    '-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${directory}`, '-c', 'fsync=off', '-c', `max_connections=${maxConnections}`,
    '-c', 'ssl=on', '-c', `ssl_cert_file=${tls.certificateFile}`, '-c', `ssl_key_file=${tls.keyFile}`, '-c', 'timezone=UTC',
  ]);
  const server = new ListeningServer(program, argv, port);
  const login = { host: '127.0.0.1', port, user: 'causeway', password: PASSWORD, database: 'postgres' };
  const query = async (sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const client = new pg.Client(login);
    client.on('error', () => undefined);
    await client.connect();
    try {
      const answer = await client.query<Record<string, unknown>>(sql);
      return Array.isArray(answer) ? [] : answer.rows;
    } finally {
      await client.end();
    }
  };
  const start = async (): Promise<void> => {
    await server.start();
    // The port answers while the server still recovers.
    await until(() => query('select 1').then(() => true, () => false), 'PostgreSQL to take logins');
  };
  await start();
  const [version] = await query('show server_version');
  return {
    name: `PostgreSQL ${String(version?.['server_version'])}`,
    host: '127.0.0.1', port, database: 'postgres', user: 'causeway', password: PASSWORD, jdbcUrl: `jdbc:postgresql://127.0.0.1:${port}/postgres`,
    ca: await readFile(tls.caFile, 'utf8'), caFile: tls.caFile,
    query,
    pause: async (signal = 'SIGINT') => {
      const backends = signal === 'SIGKILL' ? childrenOf(server.pid) : [];
      await server.stop(signal);
      // They hold the shared memory, and no server starts beside them.
      for (const pid of backends) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
      await until(() => !backends.some(isRunning), 'the backends to be gone');
    },
    resume: start,
    stop: async () => {
      await server.stop('SIGINT');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function childrenOf(parent: number): readonly number[] {
  const parentOf = (pid: string): number => {
    try {
      return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) \S /s, '').split(' ')[0]);
    } catch {
      return 0; // it has ended meanwhile
    }
  };
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === parent).map(Number);
}

/** Not even as a process nobody has waited for: that has no program. */
function isRunning(pid: number): boolean {
  try {
    readlinkSync(`/proc/${pid}/exe`);
    return true;
  } catch {
    return false;
  }
}
