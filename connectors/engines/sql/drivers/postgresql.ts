import type { ConnectionOptions } from 'node:tls';
import type { Client, ClientConfig, CustomTypesConfig, FieldDef } from 'pg';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { rowOf, saidGoodbye, started, type DriverConnection, type DriverCursor } from '../driver-connection.js';
import { duration, isOn, protectionBy, tlsOptions, type DriverOptions, type TlsChoice } from '../driver-options.js';
import type { SqlOutcome } from '../connection.js';
import type { RenderedSql } from '../sql-text.js';
import type { SqlRow } from '../values.js';
import type { Attempt, Opened } from './open-driver.js';
import { cancelSession, type BackendKey } from './postgresql-cancel.js';
import { fromText, toText } from './postgresql-values.js';

/** Text as the server sends it: the library's own conversions lose digits and time zones. */
const AS_TEXT: CustomTypesConfig = { getTypeParser: () => (text: unknown) => text };

/** pgjdbc's sslmode and ssl: https://jdbc.postgresql.org/documentation/use/#connection-parameters */
function tlsChoice(options: DriverOptions): TlsChoice {
  const mode = options.get('sslmode')?.toLowerCase() ?? (isOn(options, 'ssl') ? 'verify-full' : 'prefer');
  const files = { authorityFile: options.get('sslrootcert'), certificateFile: options.get('sslcert'), keyFile: options.get('sslkey') };
  if (mode === 'disable') return { mode: 'off', verify: 'none' };
  // `allow` is plain text wherever the server takes it; encryption wherever it has it serves the same servers.
  if (mode === 'prefer' || mode === 'allow') return { mode: 'preferred', verify: 'none' };
  return { mode: 'on', verify: mode === 'verify-full' ? 'full' : mode === 'verify-ca' ? 'authority' : 'none', ...files };
}

async function configOf({ address, server, options, user, password, connectTimeout }: Attempt): Promise<ClientConfig> {
  const schema = options.get('currentschema');
  return {
    host: server.host,
    port: server.port,
    database: address.database ?? user ?? 'postgres',
    ...(user === undefined ? {} : { user }),
    // Given as a function, or the library looks for one in files and the environment.
    password: () => password ?? '',
    application_name: options.get('applicationname') ?? 'causeway',
    connectionTimeoutMillis: duration(options, 'connecttimeout', 1000) ?? connectTimeout,
    keepAlive: isOn(options, 'tcpkeepalive', true),
    types: AS_TEXT,
    ...(schema === undefined ? {} : { options: `-c search_path=${schema.replaceAll(/[\\ ]/g, '\\$&')}` }),
  };
}

/** Whether a server is of the kind pgjdbc's targetServerType asks for; a preference is met by the order of the servers. */
function isWanted(options: DriverOptions, isStandby: boolean): boolean {
  const asked = options.get('targetservertype')?.toLowerCase();
  if (asked === 'primary' || asked === 'master') return !isStandby;
  return asked === 'secondary' || asked === 'slave' ? isStandby : true;
}

/** Whatever the server's own settings are; as with pgjdbc, what has a zone is shown in the agent's. */
const PREPARE = `select set_config('TimeZone', $1, false), set_config('DateStyle', 'ISO', false), set_config('bytea_output', 'hex', false),
  set_config('extra_float_digits', '3', false), pg_is_in_recovery(), current_setting('server_version')`;

export async function open(attempt: Attempt): Promise<Opened> {
  const [{ default: pg }, { default: Cursor }, config] = await Promise.all([import('pg'), import('pg-cursor'), configOf(attempt)]);
  const choice = tlsChoice(attempt.options);
  const tls = choice.mode === 'off' ? undefined : await tlsOptions(choice, attempt.context);
  const connected = async (ssl: ConnectionOptions | undefined): Promise<PostgresConnection> => {
    const client = new pg.Client({ ...config, ssl: ssl ?? false });
    return await started(new PostgresConnection(client, Cursor, attempt, ssl));
  };
  try {
    return { connection: await connected(tls), protection: tls === undefined ? 'none' : protectionBy(choice) };
  } catch (error) {
    if (choice.mode !== 'preferred' || !(error instanceof Error) || !error.message.includes('does not support SSL')) throw error;
    return { connection: await connected(undefined), protection: 'none' };
  }
}

class PostgresConnection implements DriverConnection {
  serverVersion = '';
  isLost = false;
  readonly #client: Client;
  readonly #Cursor: typeof import('pg-cursor').default;
  readonly #attempt: Attempt;
  readonly #tls: ConnectionOptions | undefined;

  constructor(client: Client, Cursor: typeof import('pg-cursor').default, attempt: Attempt, tls: ConnectionOptions | undefined) {
    this.#client = client;
    this.#Cursor = Cursor;
    this.#attempt = attempt;
    this.#tls = tls;
    client.once('end', () => { this.isLost = true; });
    // What is under way learns of it by itself; without a listener the process would end.
    client.on('error', () => {});
  }

  async start(): Promise<void> {
    await this.#client.connect();
    const { rows } = await this.#client.query<string[]>({ text: PREPARE, values: [Intl.DateTimeFormat().resolvedOptions().timeZone], rowMode: 'array' });
    const [isStandby, version] = rows[0]?.slice(-2) ?? [];
    this.serverVersion = version ?? '';
    const { server: { host, port }, options } = this.#attempt;
    if (isWanted(options, isStandby === 't')) return;
    throw new ConnectorError('connectionFailed', `The PostgreSQL server ${host}:${port} is ${isStandby === 't' ? 'a standby' : 'no standby'}, and targetServerType of the property url asks for another one.`);
  }

  async open({ text, values }: RenderedSql, fetchSize: number): Promise<DriverCursor> {
    const cursor = this.#client.query(new this.#Cursor(text, values.map(toText), { rowMode: 'array', types: AS_TEXT }));
    let isOver = false;
    return {
      next: () => new Promise((resolve, reject) => {
        if (isOver) return resolve(undefined);
        cursor.read(fetchSize, (error, rows, result) => {
          if (error instanceof Error) return reject(error);
          isOver = rows.length < fetchSize;
          resolve(rows.length === 0 ? undefined : rowsOf(result.fields, rows));
        });
      }),
      close: async () => {
        isOver = true;
        await cursor.close();
      },
    };
  }

  async run({ text, values }: RenderedSql): Promise<SqlOutcome> {
    const answer = await this.#client.query<(string | null)[]>({ text, rowMode: 'array', types: AS_TEXT, ...(values.length === 0 ? {} : { values: values.map(toText) }) });
    // Several statements in one text, as scripts have them, answer several results.
    const last = Array.isArray(answer) ? answer.at(-1) as typeof answer : answer;
    return { rowCount: last.command === 'SELECT' ? 0 : last.rowCount ?? 0, generatedKeys: rowsOf(last.fields, last.rows) };
  }

  async begin(): Promise<void> { await this.#client.query('begin'); }
  async commit(): Promise<void> { await this.#client.query('commit'); }
  async rollback(): Promise<void> { await this.#client.query('rollback'); }

  cancel(): Promise<void> {
    return cancelSession(this.#attempt.server, this.#client as unknown as BackendKey, this.#tls);
  }

  async close(): Promise<void> {
    await saidGoodbye(this.#client.end());
    // The library's socket, where the server did not answer the goodbye.
    (this.#client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection.stream.destroy();
  }
}

function rowsOf(fields: readonly FieldDef[], rows: readonly (readonly (string | null)[])[]): SqlRow[] {
  const labels = fields.map(({ name }) => name);
  return rows.map((row) => rowOf(labels, row, (value, index) => fromText(value as string | null, fields[index]?.dataTypeID ?? 0)));
}
