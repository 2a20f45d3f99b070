import { ConnectorError } from '../../../protocol/model/index.js';
import type { ConnectorLog } from '../../framework/spi.js';
import { parseJdbcUrl } from './jdbc-url.js';
import type { PoolConfig, SqlSettings, TransactionIsolation } from './settings.js';

/** As java.sql.Connection numbers them; 0 is "none". */
const ISOLATION: Readonly<Record<number, TransactionIsolation>> = { 1: 'readUncommitted', 2: 'readCommitted', 4: 'repeatableRead', 8: 'serializable' };

/** `[name=value;]*`; names in lower case. */
export function connectionProperties(text: string | null): ReadonlyMap<string, string> {
  const pairs = (text ?? '').split(';').map((pair) => pair.trim()).filter((pair) => pair !== '');
  return new Map(pairs.map((pair): [string, string] => {
    const at = pair.indexOf('=');
    if (at < 1) throw new ConnectorError('configuration', 'The property connectionProperties has to be name=value pairs, separated by semicolons.');
    return [pair.slice(0, at).trim().toLowerCase(), pair.slice(at + 1).trim()];
  }));
}

export function poolSettings(config: PoolConfig, password: string | null): SqlSettings {
  const { url, username, defaultAutoCommit, defaultReadOnly, defaultCatalog, initSQL, defaultTransactionIsolation } = config;
  return {
    url: requireUrl(url),
    user: username,
    password,
    properties: connectionProperties(config.connectionProperties),
    autoCommit: defaultAutoCommit,
    readOnly: defaultReadOnly,
    isolation: ISOLATION[defaultTransactionIsolation] ?? null,
    catalog: defaultCatalog,
    initSql: initSQL,
  };
}

function requireUrl(url: string | null): string {
  if (url !== null && url.trim() !== '') return url;
  throw new ConnectorError('configuration', 'The property url is missing: give the JDBC address of the database, such as jdbc:postgresql://host:5432/database.');
}

/** For `validate`: what the pool's properties mean can be told without a connection. */
export function validatePool(config: PoolConfig): void {
  parseJdbcUrl(requireUrl(config.url));
  connectionProperties(config.connectionProperties);
  const isolation = config.defaultTransactionIsolation;
  if (isolation > 0 && ISOLATION[isolation] === undefined) throw new ConnectorError('configuration', `The property defaultTransactionIsolation is ${isolation}: give 1 (read uncommitted), 2 (read committed), 4 (repeatable read), 8 (serializable), or -1.`);
}

/** Settings of Java that have nothing to work on here, so that nobody relies on them. */
export function warnOfJavaOnly(config: PoolConfig, log: ConnectorLog): void {
  const given = (['validatorClassName', 'jdbcInterceptors'] as const).filter((name) => (config[name] ?? '').trim() !== '');
  if (given.length > 0) log.warn({ properties: given }, 'These properties name Java classes, which are not run');
}
