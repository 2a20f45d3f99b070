import type { GuardedString, IcfValue } from '../../../protocol/model/index.js';
import type { SqlConnection } from '../../engines/sql/connection.js';
import { closeJdbcSession, jdbcIsAlive, jdbcReusable, openJdbcSession, type JdbcSession } from '../../engines/sql/jdbc-session.js';
import type { ConfigOf } from '../../framework/properties.js';
import type { OpenContext } from '../../framework/spi.js';
import type { config } from './properties.js';

export type SqlConfig = ConfigOf<typeof config>;

export interface Credentials { readonly username: string | null; readonly password: string | null }

/** One connection of the pool, and a second one for statements that come while rows of the first are still being read. */
export class SqlSession {
  readonly #config: SqlConfig;
  readonly #context: OpenContext;
  #main: JdbcSession;
  #spare: JdbcSession | undefined;
  #opened: Credentials;

  private constructor(config: SqlConfig, context: OpenContext, main: JdbcSession) {
    this.#config = config;
    this.#context = context;
    this.#main = main;
    this.#opened = config;
  }

  static async open(config: SqlConfig, context: OpenContext): Promise<SqlSession> {
    return new SqlSession(config, context, await openJdbcSession(config, config.password, context));
  }

  get main(): JdbcSession {
    return this.#main;
  }

  /** Opened when it is first needed, and kept. */
  async spare(signal: AbortSignal): Promise<SqlConnection> {
    this.#spare ??= await this.#connect(this.#opened, signal);
    return this.#spare.connection;
  }

  /**
   * Makes this the connection of somebody else (alternateUsernameAllowed), or of the configured user again: by closing it and opening
   * another one. Without leave to do so, nothing happens, as with Tomcat's pool.
   */
  async become(asked: Credentials, signal: AbortSignal): Promise<boolean> {
    if (!this.#config.alternateUsernameAllowed) return false;
    if (asked.username === this.#opened.username && asked.password === this.#opened.password) return true;
    const next = await this.#connect(asked, signal);
    await this.close();
    this.#main = next;
    this.#spare = undefined;
    this.#opened = asked;
    return true;
  }

  /** Whether what is left of a transaction is to be committed by the pool. */
  get commitsOnReturn(): boolean {
    const { commitOnReturn, rollbackOnReturn } = this.#config;
    return commitOnReturn && !rollbackOnReturn;
  }

  get configured(): Credentials {
    return this.#config;
  }

  #connect({ username, password }: Credentials, signal: AbortSignal): Promise<JdbcSession> {
    return openJdbcSession({ ...this.#config, username }, password, { ...this.#context, signal });
  }

  /** For `isAlive`. A second connection that is broken is let go; the next statement that needs one opens another. */
  async isAlive(signal: AbortSignal): Promise<boolean> {
    if (!await jdbcIsAlive(this.#main, signal)) return false;
    await this.#keepSpare(jdbcIsAlive, signal);
    return true;
  }

  /** For `reusable`. */
  async isReusable(signal: AbortSignal): Promise<boolean> {
    await this.#keepSpare(jdbcReusable, signal);
    return jdbcReusable(this.#main, signal);
  }

  async #keepSpare(isSound: typeof jdbcIsAlive, signal: AbortSignal): Promise<void> {
    const spare = this.#spare;
    if (spare === undefined || await isSound(spare, signal).catch(() => false)) return;
    this.#spare = undefined;
    await closeJdbcSession(spare);
  }

  /** Never throws. */
  async close(): Promise<void> {
    await Promise.all([this.#main, this.#spare].filter((session) => session !== undefined).map(closeJdbcSession));
  }
}

export function clearPassword(given: IcfValue | undefined): string | null {
  if (typeof given === 'string') return given;
  return typeof given === 'object' && given !== null && 'reveal' in given ? (given as GuardedString).reveal() : null;
}
