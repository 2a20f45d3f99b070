import { ConnectorError, type ConnectorTarget } from '../../../protocol/model/index.js';
import { jdbcTargets, parseJdbcUrl } from '../../engines/sql/jdbc-url.js';
import { poolProperties } from '../../engines/sql/pool-properties.js';
import { flag, integer, properties, text, type ConfigOf } from '../../framework/properties.js';

/** The properties of the Java connector 1.5.20.26: the JDBC pool with two defaults of its own, password and page size. */
export const config = properties({
  ...poolProperties,
  validationQuery: text({ order: 0, default: 'select 1 from dual', help: poolProperties.validationQuery.help }),
  testOnBorrow: flag({ order: 0, default: true, help: poolProperties.testOnBorrow.help }),
  password: text({ required: true, confidential: true, help: 'Password of the database user.' }),
  pageSize: integer({ default: 50, help: 'Objects read from the database at a time.' }),
});

export type EbsConfig = ConfigOf<typeof config>;

const LARGEST_BLOCK = 500;

export function blockSize({ pageSize }: EbsConfig): number {
  return Math.min(LARGEST_BLOCK, Math.max(1, pageSize));
}

export function targets({ url }: EbsConfig): readonly ConnectorTarget[] {
  return url === null ? [] : jdbcTargets(url);
}

const isBlank = (value: string | null): boolean => value === null || value.trim() === '';

/** A connection needs more than the table of the documentation requires. */
export function validate(given: EbsConfig): void {
  const complaints = [
    isBlank(given.url) ? 'url is missing: the JDBC address of the EBS database, e.g. jdbc:oracle:thin:@//ebs.example.com:1521/EBSDB.' : notOracle(given.url ?? ''),
    isBlank(given.username) ? 'username is missing.' : undefined,
    given.pageSize < 1 ? `pageSize is ${given.pageSize}; it has to be 1 or more.` : undefined,
    given.abandonWhenPercentageFull < 0 || given.abandonWhenPercentageFull > 100 ? `abandonWhenPercentageFull is ${given.abandonWhenPercentageFull}; it has to be between 0 and 100.` : undefined,
  ].filter((complaint) => complaint !== undefined);
  if (complaints.length > 0) throw new ConnectorError('configuration', `The Oracle EBS configuration cannot be used. ${complaints.join(' ')}`);
}

function notOracle(url: string): string | undefined {
  return parseJdbcUrl(url).dialect === 'oracle' ? undefined : 'url is not the address of an Oracle database: it has to begin with jdbc:oracle:thin:@.';
}
