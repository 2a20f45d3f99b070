import { isLoopback } from '../../../config/setting-types.js';

/** How the connection is protected: libpq's words. https://www.postgresql.org/docs/current/libpq-ssl.html */
export type TlsMode = 'disable' | 'require' | 'verify-ca' | 'verify-full';

export interface PostgresqlUrl {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly tls: TlsMode;
  /** PEM authorities, in place of those of the system. */
  readonly rootCertificate: string | undefined;
}

const MODES: readonly string[] = ['disable', 'require', 'verify-ca', 'verify-full'];
const KNOWN: readonly string[] = ['sslmode', 'sslrootcert'];

/** `postgresql://USER@HOST[:PORT]/DATABASE[?sslmode=…&sslrootcert=FILE]`. Throws a TypeError that says what is wrong, and never repeats the URL. */
export function parsePostgresqlUrl(text: string): PostgresqlUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['postgresql:', 'postgres:'].includes(url.protocol) || url.hostname === '') throw new TypeError('must be a URL such as postgresql://causeway@db.example:5432/causeway');
  if (url.password !== '') throw new TypeError('must have no password in it; give that as store.password');
  if (url.username === '') throw new TypeError('must name the user: postgresql://causeway@db.example:5432/causeway');
  const database = decodeURIComponent(url.pathname.slice(1));
  if (database === '' || database.includes('/')) throw new TypeError('must name one database: postgresql://causeway@db.example:5432/causeway');
  const unknown = [...url.searchParams.keys()].find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw new TypeError(`has the parameter ${unknown}, which is not known here; there are ${KNOWN.join(' and ')}`);
  const host = decodeURIComponent(url.hostname).replace(/^\[|\]$/g, '');
  return {
    host, port: url.port === '' ? 5_432 : Number(url.port), user: decodeURIComponent(url.username), database,
    tls: tlsMode(url.searchParams.get('sslmode'), host), rootCertificate: url.searchParams.get('sslrootcert') ?? undefined,
  };
}

/** Links, tokens and audit do not travel in the clear. */
function tlsMode(given: string | null, host: string): TlsMode {
  if (given === null) return isLoopback(host) ? 'disable' : 'verify-full';
  if (!MODES.includes(given)) throw new TypeError(`has an sslmode that is not known here; there are ${MODES.join(', ')}`);
  if (given === 'disable' && !isLoopback(host)) throw new TypeError('has sslmode=disable, which is for loopback only');
  return given as TlsMode;
}
