import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mysql from 'mysql2/promise';
import { freePorts } from '../support/free-ports.js';
import { secret } from '../support/secret-values.js';
import { until } from '../support/until.js';
import { asUser, type DatabaseServer } from './database-server.js';
import { ListeningServer } from './listening-server.js';
import { issueTlsFiles } from './tls-files.js';

const run = promisify(execFile);
const SERVER = ['/usr/sbin/mariadbd', '/usr/sbin/mysqld'].find((path) => existsSync(path));
const INSTALL = '/usr/bin/mariadb-install-db';
const OWNER = 'mysql';
const PASSWORD = secret('password of the database user');

/** MariaDB with TLS, as Debian packages it. */
export async function startMariadb(): Promise<DatabaseServer> {
  if (SERVER === undefined || !existsSync(INSTALL)) throw new Error('MariaDB is not installed. On Debian: apt-get install mariadb-server');
  const directory = await mkdtemp(join(tmpdir(), 'causeway-mariadb-'));
  const [port] = await freePorts(1) as [number];
  const data = join(directory, 'data');
  await mkdir(data);
  await mkdir(join(directory, 'tls'));
  const tls = await issueTlsFiles(join(directory, 'tls'), ['localhost']);
  if (process.getuid?.() === 0) await run('chown', ['-R', `${OWNER}:${OWNER}`, directory]);
  const [install, installArguments] = asUser(OWNER, INSTALL, ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db']);
  await run(install, installArguments);
  const [program, argv] = asUser(OWNER, SERVER, [
    '--no-defaults', `--datadir=${data}`, `--socket=${join(directory, 'socket')}`, `--pid-file=${join(directory, 'pid')}`, `--port=${port}`, '--bind-address=127.0.0.1',
    '--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=64M', '--max-connections=200', '--character-set-server=utf8mb4', '--default-time-zone=+00:00',
    `--ssl-ca=${tls.caFile}`, `--ssl-cert=${tls.certificateFile}`, `--ssl-key=${tls.keyFile}`,
  ]);
  const server = new ListeningServer(program, argv, port);
  const queryAs = async (user: string, password: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const connection = await mysql.createConnection({ host: '127.0.0.1', port, user, password, multipleStatements: true, dateStrings: true, ...(user === 'root' ? {} : { database: 'hr' }) });
    try {
      const [rows] = await connection.query(sql);
      return Array.isArray(rows) ? rows as readonly Readonly<Record<string, unknown>>[] : [];
    } finally {
      await connection.end();
    }
  };
  const start = async (): Promise<void> => {
    await server.start();
    await until(() => queryAs('root', '', 'select 1').then(() => true, () => false), 'MariaDB to take logins');
  };
  await start();
  await queryAs('root', '', `create database hr; create user causeway@'%' identified by '${PASSWORD}'; grant all on *.* to causeway@'%'`);
  const [version] = await queryAs('root', '', 'select version() as version');
  return {
    name: `MariaDB ${String(version?.['version'])}`,
    host: '127.0.0.1', port, database: 'hr', user: 'causeway', password: PASSWORD, jdbcUrl: `jdbc:mysql://127.0.0.1:${port}/hr?serverTimezone=UTC`,
    ca: await readFile(tls.caFile, 'utf8'), caFile: tls.caFile,
    query: (sql) => queryAs('causeway', PASSWORD, sql),
    pause: () => server.stop(),
    resume: start,
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
