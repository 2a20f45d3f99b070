import { readFile } from 'node:fs/promises';
import { certificatesOf } from '../../certs/trust-bundle.js';
import { ConfigError } from '../config/load-config.js';

/**
 * The PEM of a file of authorities. Throws a ConfigError that names the setting when it cannot be read, and when it holds no
 * certificate: without one, TLS would trust every authority the system knows.
 */
export async function readAuthorityFile(setting: string, file: string): Promise<string> {
  let pem: string;
  try {
    pem = await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${setting}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`, { cause: error });
  }
  if (certificatesOf(pem).length === 0) throw new ConfigError(`${setting}: ${file} holds no certificate in PEM ("-----BEGIN CERTIFICATE-----")`);
  return pem;
}
