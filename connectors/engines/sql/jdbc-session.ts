import { ConnectorError } from '../../../protocol/model/index.js';
import { systemClock, type Clock } from '../../framework/clock.js';
import type { ConnectorLog, OpenContext, PoolLimits } from '../../framework/spi.js';
import type { SqlConnection } from './connection.js';
import { openSqlConnection } from './open-connection.js';
import { poolSettings, warnOfJavaOnly } from './pool-settings.js';
import { PoolUse } from './pool-use.js';
import type { PoolConfig } from './settings.js';

/** One pooled connection with what Tomcat's JDBC pool remembers of it. A connector's session is this, or has it. */
export interface JdbcSession {
  readonly connection: SqlConnection;
}

/** As `maxActive` of 0 or less is read. */
const MOST_ACTIVE = 100;
const NO_LIMIT = 2 ** 31 - 1;

/** https://tomcat.apache.org/tomcat-9.0-doc/jdbc-pool.html: limits out of order are put right, not refused. */
export function jdbcPool({ maxActive, maxIdle, minIdle, maxWait, minEvictableIdleTimeMillis }: PoolConfig): PoolLimits {
  const most = maxActive <= 0 ? MOST_ACTIVE : maxActive;
  const idle = maxIdle < 0 ? most : Math.min(maxIdle, most);
  return {
    maxObjects: most,
    maxIdle: idle,
    minIdle: Math.min(Math.max(minIdle, 0), idle),
    maxWait: maxWait <= 0 ? NO_LIMIT : maxWait,
    minEvictableIdleTime: Math.max(minEvictableIdleTimeMillis, 1),
  };
}

function isGiven(text: string | null): boolean {
  return text !== null && text.trim() !== '';
}

class PooledConnection implements JdbcSession {
  readonly connection: SqlConnection;
  readonly #config: PoolConfig;
  readonly #log: ConnectorLog;
  readonly #use: PoolUse;
  readonly #clock: Clock;
  readonly #openedAt: number;
  #validatedAt = -Infinity;
  #returnedAt: number;
  #isInUse = false;
  /** Each ends one. */
  #watches: (() => void)[] = [];
  #isAbandoned = false;

  constructor(connection: SqlConnection, config: PoolConfig, log: ConnectorLog, use: PoolUse, clock: Clock) {
    this.connection = connection;
    this.#config = config;
    this.#log = log;
    this.#use = use;
    this.#clock = clock;
    this.#openedAt = this.#returnedAt = clock.now();
  }

  get #canValidate(): boolean {
    return isGiven(this.#config.validationQuery) || isGiven(this.#config.validatorClassName);
  }

  /** A validator's Java class cannot be run: the driver's own check stands in for it, instead of the query, as with Java. */
  async validate(signal: AbortSignal): Promise<boolean> {
    if (!this.#canValidate) return true;
    const { validationInterval, validationQueryTimeout, validatorClassName, validationQuery, logValidationErrors } = this.#config;
    if (this.#clock.now() - this.#validatedAt < validationInterval) return true;
    try {
      const query = isGiven(validatorClassName) ? null : validationQuery;
      await this.connection.ping(query, Math.max(0, validationQueryTimeout) * 1000, signal);
      this.#validatedAt = this.#clock.now();
      return true;
    } catch (error) {
      const said = { error: error instanceof Error ? error.message : String(error) };
      if (logValidationErrors) this.#log.error(said, 'A database connection did not pass its validation and is closed');
      else this.#log.debug(said, 'A database connection did not pass its validation and is closed');
      return false;
    }
  }

  take(): void {
    if (this.#isInUse) return;
    this.#isInUse = true;
    this.#use.taken();
    this.#watch();
  }

  giveBack(): void {
    if (!this.#isInUse) return;
    this.#isInUse = false;
    this.#use.givenBack();
    this.#returnedAt = this.#clock.now();
    this.#stopWatching();
  }

  async isAlive(signal: AbortSignal): Promise<boolean> {
    if (this.connection.isLost) return false;
    const { testOnBorrow, testWhileIdle, timeBetweenEvictionRunsMillis } = this.#config;
    // An idle connection is looked at when it is wanted, and not by a thread before: nobody ever gets one that is broken.
    const hasIdled = this.#clock.now() - this.#returnedAt >= Math.max(timeBetweenEvictionRunsMillis, 1000);
    if ((testOnBorrow || (testWhileIdle && hasIdled)) && !await this.validate(signal)) return false;
    this.take();
    return true;
  }

  async isReusable(signal: AbortSignal): Promise<boolean> {
    const wasAbandoned = this.#isAbandoned;
    this.giveBack();
    if (wasAbandoned || this.connection.isLost) return false;
    const { rollbackOnReturn, commitOnReturn, testOnReturn, maxAge } = this.#config;
    if (this.connection.inTransaction) {
      // Neither chosen: nothing that nobody has committed may be left to whoever borrows next.
      if (commitOnReturn && !rollbackOnReturn) await this.connection.commit(signal);
      else await this.connection.rollback(signal);
    }
    if (maxAge > 0 && this.#clock.now() - this.#openedAt > maxAge) return false;
    return !testOnReturn || await this.validate(signal);
  }

  /** suspectTimeout only tells; removeAbandonedTimeout closes, once enough of the pool is in use. */
  #watch(): void {
    const { removeAbandoned, removeAbandonedTimeout, suspectTimeout, logAbandoned } = this.#config;
    if (logAbandoned && suspectTimeout > 0) {
      this.#after(suspectTimeout * 1000, () => this.#log.warn({ seconds: suspectTimeout }, 'A database connection is in use for longer than suspectTimeout'));
    }
    if (removeAbandoned) this.#after(Math.max(1, removeAbandonedTimeout) * 1000, () => this.#abandon());
  }

  #abandon(): void {
    const { abandonWhenPercentageFull, timeBetweenEvictionRunsMillis, logAbandoned } = this.#config;
    if (this.#use.percentage < Math.min(Math.max(abandonWhenPercentageFull, 0), 100)) {
      this.#after(Math.max(timeBetweenEvictionRunsMillis, 1000), () => this.#abandon());
      return;
    }
    this.#isAbandoned = true;
    this.#stopWatching();
    if (logAbandoned) this.#log.warn({}, 'A database connection is in use for longer than removeAbandonedTimeout and is closed');
    void this.connection.close();
  }

  #stopWatching(): void {
    for (const end of this.#watches.splice(0)) end();
  }

  #after(milliseconds: number, work: () => void): void {
    this.#watches.push(this.#clock.after(milliseconds, work));
  }
}

/** One database connection by the pool's properties. To be used as, or within, `open`. */
export async function openJdbcSession(config: PoolConfig, password: string | null, context: OpenContext, clock: Clock = systemClock): Promise<JdbcSession> {
  const use = await context.shared('jdbc pool', async () => {
    warnOfJavaOnly(config, context.log);
    return new PoolUse(jdbcPool(config).maxObjects);
  }, async () => {});
  const session = new PooledConnection(await openSqlConnection(poolSettings(config, password), context), config, context.log, use, clock);
  if (config.testOnConnect && !await session.validate(context.signal)) {
    await session.connection.close();
    throw new ConnectorError('connectionFailed', `A new connection did not pass validationQuery (testOnConnect). Check the query: ${config.validationQuery ?? ''}`);
  }
  session.take();
  return session;
}

function pooled(session: JdbcSession): PooledConnection {
  if (session instanceof PooledConnection) return session;
  throw new TypeError('The session was not opened by openJdbcSession.');
}

/** For `isAlive`: what is broken, or does not pass testOnBorrow or testWhileIdle, is dropped. */
export function jdbcIsAlive(session: JdbcSession, signal: AbortSignal): Promise<boolean> {
  return pooled(session).isAlive(signal);
}

/** For `reusable`: rollbackOnReturn, commitOnReturn, testOnReturn, maxAge, and connections abandoned meanwhile. */
export function jdbcReusable(session: JdbcSession, signal: AbortSignal): Promise<boolean> {
  return pooled(session).isReusable(signal);
}

/** For `close`. Never throws. */
export async function closeJdbcSession(session: JdbcSession): Promise<void> {
  pooled(session).giveBack();
  await session.connection.close();
}
