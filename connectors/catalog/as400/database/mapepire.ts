import { createSecureContext, type SecureContext } from 'node:tls';
import { anySignal, ConnectorError, withOutcome } from '../../../../protocol/model/index.js';
import type { OpenContext } from '../../../framework/spi.js';
import { trustedAuthorities } from '../../../framework/trusted-authorities.js';
import type { As400Config } from '../config.js';
import { failedConnection, failedSignOn, failedStatement } from './errors.js';
import { MapepireConnection, type Answer, type Request } from './mapepire-connection.js';

export type SqlValue = string | number;
export type SqlRow = Readonly<Record<string, unknown>>;

/** An entry of the job log, as Mapepire returns those that a CL command left (columns of QSYS2.JOBLOG_INFO). */
export interface JobMessage {
  readonly MESSAGE_ID?: string | null;
  /** ESCAPE, DIAGNOSTIC, COMPLETION … */
  readonly MESSAGE_TYPE?: string | null;
  readonly MESSAGE_TEXT?: string | null;
}

const ROWS_AT_ONCE = 200;
/** Milliseconds for the job to start. */
const SIGN_ON_TIME = 60_000;
/** Properties of the JDBC connection behind the server. */
const PROPERTIES = 'naming=sql;date format=iso;time format=iso;auto commit=true;transaction isolation=none';

/** One for all connections: to read the authorities takes longer than the rest of a handshake. */
function secureContext(context: OpenContext): Promise<SecureContext> {
  const make = async (): Promise<SecureContext> => createSecureContext({ ca: await trustedAuthorities(context.trustedCertificates), minVersion: 'TLSv1.2' });
  return context.shared('tls', make, () => Promise.resolve());
}

/** One Db2 for i job behind a Mapepire server. */
export class Db2Job {
  readonly #connection: MapepireConnection;

  private constructor(connection: MapepireConnection) {
    this.#connection = connection;
  }

  /** Signs on. Throws `invalidCredential` or `connectionFailed`. */
  static async open(config: As400Config, context: OpenContext, signal: AbortSignal): Promise<Db2Job> {
    const server = `${config.hostName.trim()}:${config.port}`;
    let connection: MapepireConnection | undefined;
    try {
      connection = await MapepireConnection.open(config, await secureContext(context), signal);
      const limited = anySignal(signal, AbortSignal.timeout(SIGN_ON_TIME));
      const answer = await connection.request({ type: 'connect', technique: 'tcp', application: 'Causeway', props: PROPERTIES }, limited);
      if (answer.success !== true) throw failedSignOn(server, answer);
      return new Db2Job(connection);
    } catch (error) {
      connection?.close();
      if (signal.aborted) throw signal.reason as Error;
      throw failedConnection(server, error);
    }
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  /** A request that changes nothing, however it ends. */
  async #read(request: Request, signal: AbortSignal): Promise<Answer> {
    try {
      return await this.#connection.request(request, signal);
    } catch (error) {
      throw error instanceof ConnectorError ? withOutcome(error, 'notApplied') : error;
    }
  }

  /** The server keeps a statement until it is told not to, whether its rows were read or it failed. Nobody waits for it. */
  #forget(statement: string): void {
    if (!this.isOpen) return;
    this.#connection.request({ type: 'sqlclose', cont_id: statement }, AbortSignal.timeout(SIGN_ON_TIME)).catch(() => undefined);
  }

  /** Rows by chunks; an early return closes the cursor. `?` stand for the parameters. */
  async* rows(sql: string, parameters: readonly SqlValue[], signal: AbortSignal): AsyncGenerator<readonly SqlRow[], void, void> {
    let answer = await this.#read({ type: 'prepare_sql_execute', sql, rows: ROWS_AT_ONCE, parameters: [...parameters] }, signal);
    const statement = answer.id;
    try {
      for (;;) {
        if (answer.success !== true) throw failedStatement(answer);
        if (answer.data !== undefined && answer.data.length > 0) yield answer.data as readonly SqlRow[];
        if (answer.is_done === true) return;
        answer = await this.#read({ type: 'sqlmore', cont_id: statement, rows: ROWS_AT_ONCE }, signal);
      }
    } finally {
      this.#forget(statement);
    }
  }

  /** The only row, or the first. */
  async row(sql: string, parameters: readonly SqlValue[], signal: AbortSignal): Promise<SqlRow | undefined> {
    for await (const [row] of this.rows(sql, parameters, signal)) return row;
    return undefined;
  }

  /** Runs a CL command by QSYS2.QCMDEXC: Mapepire binds the text, and answers with what the command left in the job log. */
  async command(text: string, signal: AbortSignal): Promise<{ readonly succeeded: boolean; readonly messages: readonly JobMessage[]; readonly answer: Answer }> {
    const answer = await this.#connection.request({ type: 'cl', cmd: text, terse: false }, signal);
    return { succeeded: answer.success === true, messages: (answer.data ?? []) as readonly JobMessage[], answer };
  }

  /** Whether anything answers. */
  async ping(signal: AbortSignal): Promise<boolean> {
    return await this.#connection.request({ type: 'ping' }, signal).then(({ success }) => success === true, () => false);
  }

  /** Ends the connection under a request, which then fails. */
  abandon(): void {
    this.#connection.abandon();
  }

  close(): void {
    this.#connection.close();
  }
}
