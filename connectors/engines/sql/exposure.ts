import { isOwnMachine } from '../../framework/own-machine.js';
import type { OpenContext } from '../../framework/spi.js';
import type { JdbcAddress, Server } from './jdbc-address.js';

/**
 * What guards a connection on its way: nothing, encryption by whoever answered, or encryption by a server whose certificate was
 * checked. What an address asks for is done, as with its JDBC driver, so existing addresses go on working.
 */
export type Protection = 'none' | 'unverified' | 'verified';

const WHAT: Readonly<Record<Exclude<Protection, 'verified'>, string>> = {
  none: 'The connection to the database is not encrypted: whoever listens on the network sees logins and rows',
  unverified: 'The connection to the database is encrypted, but its certificate is not checked: another server could pose as the database',
};

/** What an address has to say for a checked certificate. */
function setting({ dialect, isJtds = false }: JdbcAddress): string {
  switch (dialect) {
    case 'postgresql':
    case 'mariadb': return 'sslmode=verify-full';
    case 'mysql': return 'sslMode=VERIFY_IDENTITY';
    case 'sqlserver': return isJtds ? 'ssl=authenticate' : 'encrypt=true;trustServerCertificate=false';
    case 'oracle': return 'tcps://host:port/service';
    case 'hana': return 'encrypt=true&validateCertificate=true';
    case 'embedded': return '';
  }
}

/** Logs once a facade where a connection leaves this machine without protection, and what to add to the property url. */
export async function warnOfExposure(address: JdbcAddress, { host }: Server, protection: Protection, context: Pick<OpenContext, 'log' | 'shared'>): Promise<void> {
  if (protection === 'verified' || isOwnMachine(host)) return;
  await context.shared('sql exposure', async () => {
    context.log.warn({ server: host, property: 'url', add: setting(address) }, WHAT[protection]);
  }, async () => {});
}
