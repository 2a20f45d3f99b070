import { ConnectorError, type ConnectorTarget } from '../../../protocol/model/index.js';
import { jdbcTargets } from '../../engines/sql/jdbc-url.js';
import { poolProperties } from '../../engines/sql/pool-properties.js';
import { integer, properties, text, textList, type ConfigOf } from '../../framework/properties.js';

const pageSize = integer({ default: 50, help: 'Users read from the database at a time.' });

/** The properties of the Java connector 1.5.20.26: the JDBC pool, and four of its own. */
export const config = properties({
  ...poolProperties,
  dataSourceJNDI: text({ order: 0, help: 'JNDI name of a data source. Without effect: connections are opened by url.' }),
  password: text({ required: true, confidential: true, help: 'Password of the database user.' }),
  // The documentation's own sample writes the number as a string.
  pageSize: { ...pageSize, type: 'Integer', read: (value) => pageSize.read(typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : value) },
  ignoreUsers: textList({ default: ['SYS', 'SYSTEM'], help: 'Names of database users that are neither returned nor changed.' }),
});

export type HanaConfig = ConfigOf<typeof config>;

/** Users read at once at most; more gain nothing and make the lists of names in a statement long. */
const LARGEST_BLOCK = 500;

export function blockSize({ pageSize: asked }: HanaConfig): number {
  return Math.min(LARGEST_BLOCK, Math.max(1, asked));
}

const ADDRESS = /^jdbc:sap:\/\/[^/?:\s]+:\d{1,5}(?:[;,][^/?:\s]+:\d{1,5})*(?:[/?].*)?$/is;

/** The servers of the address, which are tried in turn. */
export function targets({ url }: HanaConfig): readonly ConnectorTarget[] {
  return url === null ? [] : jdbcTargets(url);
}

function missing(name: string, value: string | null): string | undefined {
  return value === null || value.trim() === '' ? `${name} is missing.` : undefined;
}

/**
 * The documentation's minimum is username, password, url and driverClassName; the address already says which database it is,
 * so the class may be left out, but may not name the driver of another one.
 */
export function validate(given: HanaConfig): void {
  const { url, username, password, driverClassName } = given;
  const complaints = [
    missing('url', url) ?? (!ADDRESS.test(url?.trim() ?? '') ? 'url has to have the form jdbc:sap://<server>:<port>[/?<options>].' : undefined),
    missing('username', username),
    missing('password', password),
    driverClassName === null || driverClassName.trim() === '' || driverClassName.toLowerCase().startsWith('com.sap.db.') ? undefined : `driverClassName is ${driverClassName}; the driver of SAP HANA is com.sap.db.jdbc.Driver.`,
    given.pageSize < 1 ? `pageSize is ${given.pageSize}; it has to be 1 or more.` : undefined,
  ].filter((complaint) => complaint !== undefined);
  if (complaints.length > 0) throw new ConnectorError('configuration', `The SAP HANA configuration cannot be used. ${complaints.join(' ')}`);
}
