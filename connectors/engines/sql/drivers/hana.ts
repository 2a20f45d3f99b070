import type { Client, HdbColumn, ResultSet, Statement } from 'hdb';
import { isIP, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { SqlOutcome } from '../connection.js';
import { rowOf, saidGoodbye, started, type DriverConnection, type DriverCursor } from '../driver-connection.js';
import { isOn, tlsOptions } from '../driver-options.js';
import type { RenderedSql } from '../sql-text.js';
import { libraryText } from '../text-values.js';
import type { SqlRow } from '../values.js';
import { fromHana, toHana } from './hana-values.js';
import type { Attempt, Opened } from './open-driver.js';

/** SAP's JDBC properties: https://help.sap.com/docs/SAP_HANA_PLATFORM/0eec0d68141541d1b07893a39944924e/109397c2206a4ab2a5386d494f4cf75e.html */
export async function open({ address, server, options, user, password, context, connectTimeout }: Attempt): Promise<Opened> {
  const { default: hdb } = await import('hdb');
  const encrypt = isOn(options, 'encrypt', server.port === 443);
  const verify = isOn(options, 'validatecertificate', true);
  // The name asked for in TLS: an address is none (RFC 6066, section 3), and the driver would send it.
  const serverName = options.get('hostnameincertificate') ?? (isIP(server.host) === 0 ? server.host : '');
  const client = hdb.createClient({
    host: server.host,
    port: server.port,
    user: user ?? '',
    password: password ?? '',
    initializationTimeout: connectTimeout,
    ...(address.database === undefined ? {} : { databaseName: address.database }),
    ...(encrypt ? { useTLS: true, ...await tlsOptions({ mode: 'on', verify: verify ? 'full' : 'none', serverName }, context) } : {}),
  });
  // What is under way learns of it by itself; without a listener the process would end.
  client.on('error', () => {});
  const greeted = greetings(client);
  await new Promise<void>((resolve, reject) => {
    client.connect((error) => {
      if (error === undefined || error === null) return resolve();
      client.destroy();
      reject(withReason(error, encrypt || greeted()));
    });
  });
  return { connection: await started(new HanaConnection(client)), protection: !encrypt ? 'none' : verify ? 'verified' : 'unverified' };
}

type Connect = (options: object, connected: (error: Error | null, socket?: Socket) => void) => void;

/**
 * The driver waits for the server's greeting until its time is over, also where the server has hung up, as one that takes encrypted
 * connections only does. Answers whether there was a greeting.
 */
function greetings(client: Client): () => boolean {
  const connection = (client as unknown as { readonly _connection: { _connectFn: Connect } })._connection;
  const connect = connection._connectFn;
  let isGreeted = false;
  connection._connectFn = (options, connected) => {
    connect(options, (error, socket) => {
      const hungUp = (): void => void socket?.emit('error', Object.assign(new Error('the server ended the connection before its greeting'), { code: 'EHDBINIT' }));
      // The driver's own listener is gone once its time is over.
      socket?.on('error', () => {}).once('close', hungUp).once('data', (greeting: Buffer) => {
        socket.off('close', hungUp);
        // Whatever is shorter is no greeting but TLS's alert; nothing would end the connection.
        isGreeted = greeting.length >= GREETING_LENGTH;
        if (!isGreeted) socket.destroy();
      });
      connected(error, socket);
    });
  };
  return () => isGreeted;
}

/** https://help.sap.com/docs/SAP_HANA_PLATFORM/7e4aba181371442d9e4395e7ff71b777: SQL Command Network Protocol, Initialization Reply */
const GREETING_LENGTH = 8;

/** The driver keeps no more than the text of what went wrong underneath. */
function withReason(error: Error, isProtocolRight: boolean): Error {
  if (/certificate/i.test(error.message)) return Object.assign(error, { code: 'CERT_REJECTED' });
  if (!isProtocolRight && /greeting|initialization reply/i.test(error.message)) error.message += '. If it takes encrypted connections only, add encrypt=true to the property url';
  return error;
}

export class HanaConnection implements DriverConnection {
  serverVersion = '';
  isLost = false;
  readonly #client: Client;
  /** Of what is under way: the driver forgets the request it has just sent when the connection goes. */
  readonly #underWay = new Set<(error: Error) => void>();

  constructor(client: Client) {
    this.#client = client;
    client.on('close', () => {
      this.isLost = true;
      for (const giveUp of this.#underWay) giveUp(Object.assign(new Error('The connection was closed'), { code: 'EHDBCLOSE' }));
    });
  }

  #unlessLost<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#underWay.add(reject);
      work.then(resolve, reject).finally(() => this.#underWay.delete(reject));
    });
  }

  async start(): Promise<void> {
    const cursor = await this.open({ text: 'select version from sys.m_database', values: [] }, 1);
    const rows = await cursor.next().catch(() => undefined);
    await cursor.close();
    this.serverVersion = libraryText([...rows?.[0]?.values() ?? []][0] ?? '');
  }

  /** Prepared where there are values; dropped when done with. */
  async #execute({ text, values }: RenderedSql): Promise<{ readonly result: unknown; readonly statement: Statement | undefined }> {
    const client = this.#client;
    if (values.length === 0) return { result: await this.#unlessLost(answered((done) => client.execute(text, AS_LISTS, done))), statement: undefined };
    const statement = await this.#unlessLost(new Promise<Statement>((resolve, reject) => {
      client.prepare(text, (error, prepared) => (error === null ? resolve(prepared) : reject(error)));
    }));
    try {
      return { result: await this.#unlessLost(answered((done) => statement.execute(values.map(toHana), AS_LISTS, done))), statement };
    } catch (error) {
      statement.drop();
      throw error;
    }
  }

  async open(query: RenderedSql, fetchSize: number): Promise<DriverCursor> {
    const { result, statement } = await this.#execute(query);
    const cursor = isResultSet(result) ? hanaCursor(result, fetchSize) : NO_ROWS;
    return {
      next: () => this.#unlessLost(cursor.next()),
      close: async () => {
        await this.#unlessLost(cursor.close()).catch(() => {});
        statement?.drop();
      },
    };
  }

  async run(statement: RenderedSql): Promise<SqlOutcome> {
    const { result, statement: prepared } = await this.#execute(statement);
    if (isResultSet(result)) await this.#unlessLost(new Promise<void>((resolve) => result.close(() => resolve())));
    prepared?.drop();
    const count = Array.isArray(result) ? (result as unknown[]).reduce<number>((sum, one) => sum + Number(one), 0) : Number(result);
    return { rowCount: Number.isFinite(count) ? count : 0, generatedKeys: [] };
  }

  async begin(): Promise<void> {
    this.#client.setAutoCommit(false);
  }

  commit(): Promise<void> { return this.#end((done) => this.#client.commit(done)); }
  rollback(): Promise<void> { return this.#end((done) => this.#client.rollback(done)); }

  async #end(ask: (done: (error?: Error | null) => void) => void): Promise<void> {
    await this.#unlessLost(new Promise<void>((resolve, reject) => {
      ask((error) => (error === undefined || error === null ? resolve() : reject(error)));
    }));
    this.#client.setAutoCommit(true);
  }

  /** The server stops what it does for a connection that is gone. */
  async cancel(): Promise<void> {
    this.#client.destroy();
  }

  async close(): Promise<void> {
    if (!this.isLost) await saidGoodbye(new Promise<void>((resolve) => { this.#client.disconnect(() => resolve()); }));
    this.#client.destroy();
  }
}

/** Rows by the place of their columns: names may occur twice. */
const AS_LISTS = { rowsAsArray: true } as const;

const NO_ROWS: DriverCursor = { next: async () => undefined, close: async () => {} };

function answered(ask: (done: (error: Error | null | undefined, ...results: readonly unknown[]) => void) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    ask((error, ...results) => {
      if (error !== undefined && error !== null) return reject(error);
      // A procedure answers its output parameters first.
      resolve(results.find(isResultSet) ?? results[0]);
    });
  });
}

function isResultSet(value: unknown): value is ResultSet {
  return typeof value === 'object' && value !== null && 'createArrayStream' in value;
}

function hanaCursor(resultSet: ResultSet, fetchSize: number): DriverCursor {
  resultSet.setFetchSize(fetchSize);
  // The rows of one packet at a time. A number is no alternative: of 1 the driver makes no lists but rows one by one.
  const stream: Readable = resultSet.createArrayStream({ arrayMode: true });
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<readonly (readonly unknown[])[]>;
  return {
    async next() {
      const step = await chunks.next();
      return step.done === true ? undefined : rowsOf(resultSet.metadata, step.value);
    },
    async close() {
      stream.destroy();
      // Nothing is sent where the server has closed it behind the last row.
      await new Promise<void>((resolve) => resultSet.close(() => resolve()));
    },
  };
}

function rowsOf(columns: readonly HdbColumn[], rows: readonly (readonly unknown[])[]): SqlRow[] {
  const labels = columns.map(({ columnDisplayName }) => columnDisplayName);
  return rows.map((row) => rowOf(labels, row, (value, index) => fromHana(value, columns[index])));
}
