import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { ConnectorError } from '../../../protocol/model/index.js';
import type { OpenContext } from '../../framework/spi.js';
import { trustedAuthorities } from '../../framework/trusted-authorities.js';
import type { Protection } from './exposure.js';
import type { JdbcAddress } from './jdbc-address.js';
import type { SqlSettings } from './settings.js';

/** Driver properties of the address and of `connectionProperties`; the address wins, as with the JDBC drivers. Names in lower case. */
export type DriverOptions = ReadonlyMap<string, string>;

export function driverOptions(address: JdbcAddress, settings: SqlSettings): DriverOptions {
  const ofSettings = [...settings.properties ?? []].map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return new Map([...ofSettings, ...address.parameters]);
}

/** `preferred`: encrypted if the server can, verified or not, as the JDBC drivers do by default; whoever wants more has to say so. */
export interface TlsChoice {
  readonly mode: 'off' | 'preferred' | 'on';
  readonly verify: 'none' | 'authority' | 'full';
  /** PEM files. */
  readonly authorityFile?: string | undefined;
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Name in the server's certificate where it is not the host. */
  readonly serverName?: string | undefined;
}

/** Of a connection that was encrypted as chosen. Without the host name in the certificate the chosen authority vouches for it. */
export function protectionBy({ verify }: TlsChoice): Protection {
  return verify === 'none' ? 'unverified' : 'verified';
}

async function pem(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ConnectorError('configuration', `The ${what} ${path}, named in the database address, cannot be read by the agent.`, { cause: error });
  }
}

export async function tlsOptions(choice: TlsChoice, { trustedCertificates = [] }: Pick<OpenContext, 'trustedCertificates'>): Promise<ConnectionOptions> {
  const { verify, authorityFile, certificateFile, keyFile, serverName } = choice;
  // A file the address names takes the place of the public authorities, as with the JDBC drivers.
  const ca = authorityFile === undefined ? await trustedAuthorities(trustedCertificates) : [...trustedCertificates, await pem(authorityFile, 'file of authorities')];
  return {
    ca,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: verify !== 'none',
    ...(verify === 'authority' ? { checkServerIdentity: () => undefined } : {}),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(certificateFile === undefined ? {} : { cert: await pem(certificateFile, 'certificate') }),
    ...(keyFile === undefined ? {} : { key: await pem(keyFile, 'private key') }),
  };
}

/** true, yes, on, 1 and the bare name, as JDBC drivers read them. */
export function isOn(options: DriverOptions, name: string, otherwise = false): boolean {
  const value = options.get(name.toLowerCase());
  if (value === undefined) return otherwise;
  return ['true', 'yes', 'on', '1', ''].includes(value.toLowerCase());
}

/** A positive number times `unit`; undefined for anything else, which the JDBC drivers take for "no limit". */
export function duration(options: DriverOptions, name: string, unit: number): number | undefined {
  const value = Number(options.get(name.toLowerCase()) ?? Number.NaN);
  return Number.isFinite(value) && value > 0 ? value * unit : undefined;
}
