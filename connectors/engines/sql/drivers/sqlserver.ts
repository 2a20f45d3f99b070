import type { Connection, ConnectionConfiguration, Request } from 'tedious';
import { ConnectorError } from '../../../../protocol/model/index.js';
import type { SqlOutcome } from '../connection.js';
import { started, type DriverConnection, type DriverCursor } from '../driver-connection.js';
import { duration, isOn, protectionBy, tlsOptions, type TlsChoice } from '../driver-options.js';
import type { RenderedSql } from '../sql-text.js';
import { libraryText } from '../text-values.js';
import type { SqlRow } from '../values.js';
import type { Attempt, Opened } from './open-driver.js';
import { tdsCursor } from './sqlserver-cursor.js';
import { tdsRow, toTds, type TdsCell } from './sqlserver-values.js';

type Tedious = typeof import('tedious');
type ConnectionOptions = NonNullable<ConnectionConfiguration['options']>;

/** https://learn.microsoft.com/en-us/sql/connect/jdbc/setting-the-connection-properties; jTDS's `ssl` is off by default. */
function tlsChoice({ address, options, server }: Attempt): TlsChoice {
  if (address.isJtds === true) {
    const ssl = options.get('ssl')?.toLowerCase();
    return ssl === 'authenticate' ? { mode: 'on', verify: 'full' } : { mode: ssl === 'require' ? 'on' : 'off', verify: 'none' };
  }
  const encrypt = options.get('encrypt')?.toLowerCase() ?? 'true';
  if (encrypt === 'false' || encrypt === 'no' || encrypt === 'optional') return { mode: 'off', verify: 'none' };
  return { mode: 'on', verify: isOn(options, 'trustservercertificate') ? 'none' : 'full', serverName: options.get('hostnameincertificate') ?? server.host };
}

function authenticationOf({ options, user = '', password = '' }: Attempt): NonNullable<ConnectionConfiguration['authentication']> {
  if (isOn(options, 'integratedsecurity') && options.get('authenticationscheme')?.toLowerCase() !== 'ntlm') {
    throw new ConnectorError('configuration', 'integratedSecurity needs Kerberos or Windows itself, which this driver has not. Use a login of the database (username, password), or authenticationScheme=NTLM with a domain.');
  }
  const domain = options.get('domain');
  const login = { userName: user, password };
  return domain === undefined ? { type: 'default', options: login } : { type: 'ntlm', options: { ...login, domain } };
}

async function encryptionOf(choice: TlsChoice, { options, context }: Attempt): Promise<ConnectionOptions> {
  if (choice.mode === 'off') return { encrypt: false };
  return {
    encrypt: options.get('encrypt')?.toLowerCase() === 'strict' ? 'strict' : true,
    trustServerCertificate: choice.verify === 'none',
    cryptoCredentialsDetails: { ca: (await tlsOptions(choice, context)).ca ?? [] },
    ...(choice.serverName === undefined ? {} : { serverName: choice.serverName }),
  };
}

async function configOf(attempt: Attempt, choice: TlsChoice): Promise<ConnectionConfiguration> {
  const { address, server, options, connectTimeout } = attempt;
  return {
    server: server.host,
    authentication: authenticationOf(attempt),
    options: {
      ...(address.instance === undefined ? { port: server.port } : { instanceName: address.instance }),
      ...(address.database === undefined ? {} : { database: address.database }),
      ...await encryptionOf(choice, attempt),
      appName: options.get('applicationname') ?? 'causeway',
      connectTimeout: duration(options, 'logintimeout', 1000) ?? connectTimeout,
      cancelTimeout: 5000,
      requestTimeout: 0,
      readOnlyIntent: options.get('applicationintent')?.toLowerCase() === 'readonly',
      multiSubnetFailover: isOn(options, 'multisubnetfailover'),
      maxRetriesOnTransientErrors: 0,
      useUTC: true,
      textsize: 2 ** 31 - 1,
    },
  };
}

export async function open(attempt: Attempt): Promise<Opened> {
  const choice = tlsChoice(attempt);
  const config = await configOf(attempt, choice);
  const tedious = (await import('tedious')).default;
  const connection = new tedious.Connection(config);
  // What is under way learns of it by itself; without a listener the process would end.
  connection.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => {
      if (error === undefined) return resolve();
      connection.close();
      reject(error);
    });
  });
  return { connection: await started(new SqlServerConnection(tedious, connection)), protection: choice.mode === 'off' ? 'none' : protectionBy(choice) };
}

class SqlServerConnection implements DriverConnection {
  serverVersion = '';
  isLost = false;
  readonly #tedious: Tedious;
  readonly #connection: Connection;

  constructor(tedious: Tedious, connection: Connection) {
    this.#tedious = tedious;
    this.#connection = connection;
    connection.on('end', () => { this.isLost = true; });
  }

  async start(): Promise<void> {
    const { rows } = await this.#all({ text: 'select cast(serverproperty(\'ProductVersion\') as varchar(30)) as version', values: [] });
    this.serverVersion = libraryText([...rows[0]?.values() ?? []][0] ?? '');
  }

  async open(query: RenderedSql, fetchSize: number): Promise<DriverCursor> {
    return tdsCursor((ended) => {
      const request = this.#request(query, ended);
      return { request, send: () => this.#send(request, query) };
    }, fetchSize);
  }

  async run(statement: RenderedSql): Promise<SqlOutcome> {
    const { rowCount, rows } = await this.#all(statement);
    return { rowCount, generatedKeys: rows };
  }

  /** As Microsoft's JDBC driver asks for generated keys. */
  async runForKeys({ text, values }: RenderedSql, keys: readonly string[]): Promise<SqlOutcome> {
    const outcome = await this.run({ text: `${text}; select cast(scope_identity() as varchar(40)) as generated_keys`, values });
    const [key] = keys;
    const value = outcome.generatedKeys[0]?.get('generated_keys') ?? null;
    return { rowCount: outcome.rowCount, generatedKeys: key === undefined || value === null ? [] : [new Map([[key, value]])] };
  }

  #request({ text, values }: RenderedSql, ended: (error: Error | null | undefined) => void): Request {
    const request = new this.#tedious.Request(text, ended);
    values.forEach((value, index) => {
      const parameter = toTds(value, this.#tedious.TYPES);
      request.addParameter(`p${index + 1}`, parameter.type, parameter.value);
    });
    return request;
  }

  /** Without values as a batch: SET, USE and the like would end with the procedure that runs parameterised statements. */
  #send(request: Request, { values }: RenderedSql): void {
    if (values.length === 0) this.#connection.execSqlBatch(request);
    else this.#connection.execSql(request);
  }

  /**
   * Of several counts the last is the statement's own, as with Microsoft's JDBC driver (lastUpdateCount): triggers come before it.
   * Rows of a result set are not counted.
   */
  #all(statement: RenderedSql): Promise<{ readonly rowCount: number; readonly rows: readonly SqlRow[] }> {
    return new Promise((resolve, reject) => {
      const rows: SqlRow[] = [];
      let rowCount = 0;
      let isResultSet = false;
      const counted = (count: number | undefined): void => {
        if (count !== undefined && !isResultSet) rowCount = count;
        isResultSet = false;
      };
      const request = this.#request(statement, (error) => {
        if (error !== null && error !== undefined) reject(error);
        else resolve({ rowCount, rows });
      });
      request.on('columnMetadata', () => { isResultSet = true; });
      request.on('row', (cells: readonly TdsCell[]) => rows.push(tdsRow(cells)));
      request.on('done', counted).on('doneInProc', counted).on('doneProc', counted);
      this.#send(request, statement);
    });
  }

  /** Left to itself the library would begin each transaction as READ COMMITTED, whatever the session's level is. */
  begin(): Promise<void> { return this.#transaction((done) => this.#connection.beginTransaction(done, '', this.#tedious.ISOLATION_LEVEL.NO_CHANGE)); }
  commit(): Promise<void> { return this.#transaction((done) => this.#connection.commitTransaction(done)); }
  rollback(): Promise<void> { return this.#transaction((done) => this.#connection.rollbackTransaction(done)); }

  #transaction(ask: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      ask((error) => (error === null || error === undefined ? resolve() : reject(error)));
    });
  }

  async cancel(): Promise<void> {
    this.#connection.cancel();
  }

  async close(): Promise<void> {
    this.#connection.close();
  }
}
